import { Field } from '../../../ui/field.tsx';
import { TextArea } from '../../../ui/text-area.tsx';

interface FieldProps {
  readonly value: string;
  readonly problem: string | null;
  readonly onChange: (event: { target: { value: string } }) => void;
}

interface AdvancedFieldsProps {
  readonly open: boolean;
  /** The server is asked for a version of its API. */
  readonly versioned: boolean;
  readonly field: (name: 'headers' | 'proxy' | 'apiVersion') => FieldProps;
}

/** What few accounts need. */
export function AdvancedFields({ open, versioned, field }: AdvancedFieldsProps) {
  const wrong = (['headers', 'proxy', 'apiVersion'] as const).some((name) => field(name).problem !== null);
  return (
    <details className="advanced" open={open || wrong || undefined}>
      <summary>Headers, proxy{versioned ? ', version' : ''}</summary>
      <div className="form">
        {versioned && <Field label="API version" className="mono" {...field('apiVersion')} />}
        <TextArea
          label="Headers"
          className="mono"
          rows={2}
          placeholder="X-Team: platform"
          hint="One a line. {key} stands for the key."
          {...field('headers')}
        />
        <Field
          label="Proxy"
          className="mono"
          placeholder="http://proxy.example.com:3128"
          {...field('proxy')}
        />
      </div>
    </details>
  );
}
