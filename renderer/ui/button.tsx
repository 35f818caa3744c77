import { CornerDownLeft } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';

interface ButtonProps extends ComponentProps<'button'> {
  readonly look?: 'plain' | 'primary' | 'quiet' | undefined;
  readonly keys?: string | undefined;
}

export function Button({ look = 'plain', keys, children, className, ...rest }: ButtonProps) {
  return (
    <button type="button" {...rest} className={`btn ${look} ${className ?? ''}`}>
      {children}
      {keys && <kbd aria-hidden="true">{keys === '⏎' ? <CornerDownLeft className="i xs" /> : keys}</kbd>}
    </button>
  );
}

interface IconButtonProps extends ComponentProps<'button'> {
  readonly label: string;
  readonly children: ReactNode;
}

/** A button that shows only a glyph; its label is its name and its tooltip. */
export function IconButton({ label, className, ...rest }: IconButtonProps) {
  return (
    <button type="button" aria-label={label} title={label} {...rest} className={`ib ${className ?? ''}`} />
  );
}
