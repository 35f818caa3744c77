import { useId } from 'react';
import { Escaped } from './escaped.tsx';

interface RadiosProps<T extends string> {
  readonly label: string;
  readonly choices: readonly { readonly value: T; readonly label: string }[];
  readonly value: T | null;
  readonly onPick: (value: T) => void;
  /** The choices are what a machine reads. */
  readonly isMono?: boolean;
  /** The focus goes to the choice that is made. */
  readonly autoFocus?: boolean;
}

/** A few choices that are all in sight. */
export function Radios<T extends string>(props: RadiosProps<T>) {
  const { label, choices, value, onPick, isMono = false, autoFocus = false } = props;
  const id = useId();
  return (
    <div className={`radios ${isMono ? 'mono' : ''}`} role="radiogroup" aria-labelledby={id}>
      <span id={id} className="radios-label">
        {label}
      </span>
      {choices.map((choice) => (
        <label key={choice.value}>
          <input
            type="radio"
            name={id}
            checked={choice.value === value}
            autoFocus={autoFocus && choice.value === value}
            onChange={() => onPick(choice.value)}
          />
          <span>
            <Escaped text={choice.label} />
          </span>
        </label>
      ))}
    </div>
  );
}
