import { Button } from '../../ui/button.tsx';

interface SendButtonProps {
  /** Why it cannot be sent yet; null: it can. */
  readonly waits: string | null;
  readonly onClick: () => void;
  readonly children: string;
}

/** It says why it waits, so it can be reached while it does. */
export function SendButton({ waits, onClick, children }: SendButtonProps) {
  return (
    <Button
      look="primary"
      keys="⏎"
      aria-disabled={waits !== null}
      title={waits ?? undefined}
      onClick={onClick}
    >
      {children}
    </Button>
  );
}
