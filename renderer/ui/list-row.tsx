import type { ReactNode } from 'react';

interface ListRowProps {
  /** What assistive technology calls it. */
  readonly label: string;
  readonly name: ReactNode;
  /** What there is to say about it, one line each. */
  readonly facts: ReactNode;
  readonly actions?: ReactNode;
  /** It is there and not in use. */
  readonly isOff?: boolean;
  /** Below, over the whole width: a form, a question. */
  readonly children?: ReactNode;
}

/** Of a list of things that can be looked at, changed and removed. */
export function ListRow({ label, name, facts, actions, isOff = false, children }: ListRowProps) {
  return (
    <li className={`li ${isOff ? 'is-off' : ''}`} aria-label={label}>
      <span>
        <b>{name}</b>
        {facts}
      </span>
      {actions !== undefined && <span className="btns">{actions}</span>}
      {children}
    </li>
  );
}
