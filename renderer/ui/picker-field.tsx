import { type Choice, Picker } from './picker.tsx';

interface PickerFieldProps<T extends string> {
  readonly label: string;
  readonly value: T | null;
  readonly choices: readonly Choice<T>[];
  readonly placeholder?: string;
  readonly onPick: (value: T) => void;
}

/** A picker among the fields of a form. */
export function PickerField<T extends string>(props: PickerFieldProps<T>) {
  return (
    <div className="fld">
      <span className="fld-label">{props.label}</span>
      <Picker {...props} className="inp" down />
    </div>
  );
}
