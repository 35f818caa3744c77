import { Component, type ReactNode } from 'react';
import { Button } from './button.tsx';

interface Props {
  /** What cannot be shown: "This chat". */
  readonly what: string;
  readonly children: ReactNode;
}

/** A bug fails one pane, loudly, and offers to draw it again. Change its `key` to start afresh. */
export class ErrorBoundary extends Component<Props, { readonly message: string | null }> {
  override state: { readonly message: string | null } = { message: null };

  static getDerivedStateFromError(error: unknown): { message: string } {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    if (this.state.message === null) return this.props.children;
    return (
      <div className="empty" role="alert">
        <span>{this.props.what} could not be drawn.</span>
        <code className="mono meta">{this.state.message}</code>
        <Button onClick={() => this.setState({ message: null })}>Draw again</Button>
      </div>
    );
  }
}
