import type { ReactNode } from 'react';

interface EmptyProps {
  readonly icon?: ReactNode;
  readonly text: string;
  readonly children?: ReactNode;
}

/** An empty, loading or failed pane: a short noun phrase and one action. */
export function Empty({ icon, text, children }: EmptyProps) {
  return (
    <div className="empty">
      {icon}
      <span>{text}</span>
      {children}
    </div>
  );
}
