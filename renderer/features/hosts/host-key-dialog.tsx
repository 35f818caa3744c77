import type { HostKeyQuestion } from '@shared/model/host.ts';
import { Fingerprint } from 'lucide-react';
import { useId, useState } from 'react';
import { type Comparison, compareFingerprint, keyTypeName } from '../../lib/fingerprint.ts';
import { answerQuestion } from '../../state/hosts.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { useDeadTime } from '../../ui/dead-time.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Escaped } from '../../ui/escaped.tsx';
import { Field } from '../../ui/field.tsx';
import { askerWords } from './prompt-words.ts';

interface HostKeyDialogProps {
  readonly question: HostKeyQuestion;
  /** "1 of 2", when others wait behind it. */
  readonly place: string | null;
  readonly onAnswered: () => void;
}

/** The focus is on "Cancel": who presses Enter without reading trusts nobody. */
export function HostKeyDialog({ question, place, onAnswered }: HostKeyDialogProps) {
  const { id, host, fingerprint, keyType, knownHostsFile } = question;
  const [pasted, setPasted] = useState('');
  const [sending, setSending] = useState(false);
  const awake = useDeadTime(id);
  const comparison = compareFingerprint(fingerprint, pasted);
  const can = awake && !sending && comparison !== 'different';
  const send = async (accept: boolean) => {
    setSending(true);
    onAnswered();
    await answerQuestion(id, accept ? { kind: 'host-key', accept } : { kind: 'cancel' });
    setSending(false);
  };
  return (
    <Dialog
      question="alertdialog"
      title={`Unknown host key: ${host}`}
      icon={<Fingerprint className="i" aria-hidden="true" />}
      place={place}
      onClose={() => void send(false)}
    >
      <p>
        <Escaped text={askerWords(question)} /> shows a key that this computer does not know. Compare it
        with what its owner published.
      </p>
      <div className="fp print">
        <span>
          <span className="meta">{keyTypeName(keyType)}</span> <Escaped text={fingerprint} />
        </span>
        <CopyButton text={fingerprint} label="Copy fingerprint" />
      </div>
      <Compare value={pasted} comparison={comparison} onChange={setPasted} />
      <div className="meta">
        Trusted, it is added to <span className="mono">{knownHostsFile}</span>
      </div>
      <div className="btns">
        <Button look="primary" aria-disabled={!can} onClick={() => can && void send(true)}>
          Trust and connect
        </Button>
        <Button look="quiet" className="end" data-focus-first onClick={() => void send(false)}>
          Cancel
        </Button>
      </div>
    </Dialog>
  );
}

const WORDS: Readonly<Record<Comparison, string>> = {
  nothing: '',
  same: 'It is the same.',
  different: 'It is another one: this may not be the host that you mean.',
  'other-kind': 'This is an MD5 fingerprint. Ask for the one that begins with SHA256.',
};

interface CompareProps {
  readonly value: string;
  readonly comparison: Comparison;
  readonly onChange: (text: string) => void;
}

function Compare({ value, comparison, onChange }: CompareProps) {
  const id = useId();
  const tone = comparison === 'same' ? 'ok' : comparison === 'different' ? 'err' : 'meta';
  return (
    <div className="fld">
      <Field
        label="Compare with…"
        className="mono"
        value={value}
        placeholder="paste the fingerprint that you were given"
        aria-describedby={id}
        aria-invalid={comparison === 'different'}
        maxLength={2_000}
        onChange={(event) => onChange(event.target.value)}
      />
      <span id={id} className={tone} role="status">
        {WORDS[comparison]}
      </span>
    </div>
  );
}
