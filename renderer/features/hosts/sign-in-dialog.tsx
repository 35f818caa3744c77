import type { SignInPrompt, SignInQuestion } from '@shared/model/host.ts';
import { KeyRound, Smartphone } from 'lucide-react';
import { type KeyboardEvent, type SubmitEvent, useId, useState } from 'react';
import { useStore } from 'zustand';
import { appStore } from '../../state/app.ts';
import { answerQuestion } from '../../state/hosts.ts';
import { Button } from '../../ui/button.tsx';
import { Checkbox } from '../../ui/checkbox.tsx';
import { useDeadTime } from '../../ui/dead-time.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Escaped } from '../../ui/escaped.tsx';
import { askerWords, promptLabel, rememberHint } from './prompt-words.ts';

interface SignInDialogProps {
  readonly question: SignInQuestion;
  /** "1 of 2", when others wait behind it. */
  readonly place: string | null;
  readonly onAnswered: () => void;
}

/** The prompts of a server, or of a key on this computer, in the words that came with them. */
export function SignInDialog({ question, place, onAnswered }: SignInDialogProps) {
  const { id, host, prompts, attempt, instructions } = question;
  const form = useAnswer(question, onAnswered);
  const Icon = question.method === 'passphrase' ? KeyRound : Smartphone;
  const verb = question.method === 'passphrase' ? 'needs a key that is locked.' : 'asks who you are.';
  return (
    <Dialog
      question="dialog"
      title={`Sign in to ${host}`}
      icon={<Icon className="i" aria-hidden="true" />}
      place={place}
      onClose={form.cancel}
    >
      <form className="form" onSubmit={form.submit}>
        <p>
          <Escaped text={askerWords(question)} /> {verb}
        </p>
        {attempt > 1 && (
          <div className="err" role="alert">
            The answer before was refused.
          </div>
        )}
        {instructions.trim() !== '' && (
          <div className="server-says">
            <Escaped text={instructions.trim()} />
          </div>
        )}
        {prompts.map((prompt, at) => (
          <PromptField
            key={`${id}-${at}`}
            prompt={prompt}
            value={form.values[at] ?? ''}
            onChange={(value) => form.change(at, value)}
          />
        ))}
        {prompts.some(({ canRemember }) => canRemember) && <Remember form={form} prompts={prompts} />}
        <div className="btns">
          <Button type="submit" look="primary" aria-disabled={!form.ready}>
            Sign in
          </Button>
          <Button look="quiet" className="end" onClick={form.cancel}>
            Cancel
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function useAnswer({ id, method, prompts }: SignInQuestion, onAnswered: () => void) {
  const [values, setValues] = useState<readonly string[]>(() => prompts.map(() => ''));
  const [remember, setRemember] = useState(false);
  const [sending, setSending] = useState(false);
  const persists = useStore(appStore, (s) => s.info !== null && s.info.secrets !== 'memory');
  const awake = useDeadTime(id);
  // A server may want nothing but Enter; a key or an account is never opened by nothing.
  const complete = method === 'keyboard-interactive' || values.every((value) => value !== '');
  const ready = awake && !sending && complete;
  const send = async (cancelled: boolean) => {
    setSending(true);
    onAnswered();
    await answerQuestion(
      id,
      cancelled ? { kind: 'cancel' } : { kind: 'sign-in', values, remember },
      persists,
    );
    setSending(false);
  };
  return {
    values,
    remember,
    setRemember,
    persists,
    ready,
    change: (at: number, value: string) => setValues(values.with(at, value)),
    cancel: () => void send(true),
    submit(event: SubmitEvent) {
      event.preventDefault();
      if (ready) void send(false);
    },
  };
}

interface PromptFieldProps {
  readonly prompt: SignInPrompt;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function PromptField({ prompt, value, onChange }: PromptFieldProps) {
  const id = useId();
  return (
    <div className="fld">
      <label htmlFor={id}>
        <Escaped text={promptLabel(prompt.label)} />
      </label>
      <input
        id={id}
        className="inp mono"
        type={prompt.echo ? 'text' : 'password'}
        autoComplete="off"
        spellCheck={false}
        maxLength={4096}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={onEnter}
      />
    </div>
  );
}

/** Enter goes on to the next prompt that is empty; from the last one it signs in. */
function onEnter(event: KeyboardEvent<HTMLInputElement>): void {
  if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
  const fields = [...(event.currentTarget.form?.querySelectorAll<HTMLInputElement>('.fld .inp') ?? [])];
  const later = fields.slice(fields.indexOf(event.currentTarget) + 1);
  const empty = later.find((field) => field.value === '');
  if (!empty) return;
  event.preventDefault();
  empty.focus();
}

interface RememberProps {
  readonly form: ReturnType<typeof useAnswer>;
  readonly prompts: readonly SignInPrompt[];
}

function Remember({ form: { remember, setRemember, persists }, prompts }: RememberProps) {
  return (
    <Checkbox
      label={persists ? 'Remember on this computer' : 'Remember until Gaffer quits'}
      hint={rememberHint(prompts, persists)}
      checked={remember}
      onChange={setRemember}
    />
  );
}
