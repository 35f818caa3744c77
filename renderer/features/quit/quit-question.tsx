import type { LocalWork, QuitAnswer } from '@shared/model/local-work.ts';
import { Power } from 'lucide-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import { answerQuit, appStore } from '../../state/app.ts';
import { secondsLeft } from '../../state/status.ts';
import { useSeconds } from '../../state/ticks.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Escaped } from '../../ui/escaped.tsx';

/** Before Gaffer quits while something runs on this computer. The answer that loses nothing has the focus. */
export function QuitQuestion() {
  const quitting = useStore(appStore, (s) => s.quitting);
  return quitting && <Question key={quitting.answerBy} {...quitting} />;
}

interface QuestionProps {
  readonly work: LocalWork;
  readonly answerBy: string;
}

function Question({ work, answerBy }: QuestionProps) {
  const seconds = secondsLeft(answerBy, useSeconds(true));
  const [given, setGiven] = useState<QuitAnswer | null>(null);
  const answer = (chosen: QuitAnswer) => {
    setGiven(chosen);
    void answerQuit(chosen);
  };
  return (
    <Dialog
      question="alertdialog"
      title="Quit while this is running?"
      icon={<Power className="i" aria-hidden="true" />}
      onClose={() => answer('cancel')}
    >
      <ul className="running" aria-label="What still runs">
        {work.commands.map(({ id, command }) => (
          <li key={id} className="mono">
            <Escaped text={command} />
          </li>
        ))}
        {work.terminals.map(({ id, title }) => (
          <li key={id}>
            Terminal <Escaped text={title} />
          </li>
        ))}
      </ul>
      <p>
        Kept, it goes on without Gaffer, and you find it with its output when you come back.{' '}
        <span className="meta" role="timer" aria-live="off">
          Without an answer it is kept, in {seconds} s.
        </span>
      </p>
      <div className="btns">
        <Button
          look="primary"
          data-focus-first
          aria-disabled={given !== null}
          onClick={() => answer('keep')}
        >
          Keep running
        </Button>
        <Button aria-disabled={given !== null} onClick={() => answer('stop')}>
          {given === 'stop' ? 'Stopping…' : 'Stop them'}
        </Button>
        <Button look="quiet" className="end" onClick={() => answer('cancel')}>
          Cancel
        </Button>
      </div>
    </Dialog>
  );
}
