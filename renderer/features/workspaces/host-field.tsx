import { suggestionNote, useHostSuggestions } from '../../state/host-suggestions.ts';
import { ComboField } from '../../ui/combo-field.tsx';

interface HostFieldProps {
  readonly value: string;
  /** Empty: on this computer. */
  readonly isOptional: boolean;
  readonly problem: string | null;
  readonly disabled: boolean;
  readonly onChange: (target: string) => void;
}

/** A host that was used, a name of the SSH configuration, or user@host:port. */
export function HostField({ value, isOptional, problem, disabled, onChange }: HostFieldProps) {
  const suggestions = useHostSuggestions();
  return (
    <ComboField
      label="Host"
      value={value}
      placeholder={isOptional ? 'this computer' : 'name, or user@host:22'}
      disabled={disabled}
      problem={problem}
      suggestions={suggestions.map((one) => ({ value: one.target, note: suggestionNote(one) }))}
      onChange={onChange}
      onPick={onChange}
    />
  );
}
