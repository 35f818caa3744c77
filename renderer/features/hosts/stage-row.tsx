import type { TraceStage } from '@shared/model/host.ts';
import { Check, ChevronDown, ChevronRight, Hand, Minus, X } from 'lucide-react';
import { useState } from 'react';
import { exactTime, fixPieces, stageNoun } from '../../lib/trace-words.ts';
import { useSeconds } from '../../state/ticks.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Escaped } from '../../ui/escaped.tsx';

const STATE_WORDS: Readonly<Record<TraceStage['state'], string>> = {
  ok: 'done',
  failed: 'failed',
  running: 'running',
  waiting: 'waits for you',
};

interface StageRowProps {
  readonly stage: TraceStage;
}

export function StageRow({ stage }: StageRowProps) {
  const { state, summary, detail, fix } = stage;
  const [open, setOpen] = useState<boolean | null>(null);
  const shown = open ?? state === 'failed';
  const noun = stageNoun(stage.stage);
  const Caret = shown ? ChevronDown : ChevronRight;
  return (
    <li className={`stage ${state}`}>
      <StageGlyph state={state} />
      <span className="stage-noun">{noun}</span>
      <span className="stage-says">
        <Escaped text={summary} />
      </span>
      <StageTime stage={stage} />
      {detail === null ? (
        <span />
      ) : (
        <button
          type="button"
          className="mini"
          aria-expanded={shown}
          aria-label={`Details of ${noun}`}
          onClick={() => setOpen(!shown)}
        >
          <Caret className="i s" aria-hidden="true" />
        </button>
      )}
      {detail !== null && shown && (
        <pre className="stage-more" tabIndex={0} aria-label={`${noun}: details`}>
          <Escaped text={detail.trim()} />
        </pre>
      )}
      {fix !== null && <Fix text={fix} />}
    </li>
  );
}

/** A stage that was not reached. */
export function StageToCome({ noun }: { readonly noun: string }) {
  return (
    <li className="stage to-come">
      <span className="g">
        <Minus className="i s" aria-hidden="true" />
      </span>
      <span className="stage-noun">
        {noun}
        <span className="sr"> not reached</span>
      </span>
    </li>
  );
}

function StageGlyph({ state }: { readonly state: TraceStage['state'] }) {
  const glyph = {
    ok: <Check className="i s ok" aria-hidden="true" />,
    failed: <X className="i s err" aria-hidden="true" />,
    waiting: <Hand className="i s warn" aria-hidden="true" />,
    running: (
      <span className="beat" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
    ),
  }[state];
  return (
    <span className="g">
      {glyph}
      <span className="sr">{STATE_WORDS[state]}</span>
    </span>
  );
}

function StageTime({ stage: { state, tookMs, startedAt } }: StageRowProps) {
  const open = state === 'running' || state === 'waiting';
  const nowMs = useSeconds(open);
  if (tookMs !== null) return <span className="stage-time num">{exactTime(tookMs)}</span>;
  const seconds = Math.floor((nowMs - Date.parse(startedAt)) / 1000);
  return <span className="stage-time num">{open && seconds > 0 ? `${seconds} s` : ''}</span>;
}

/** The one thing to do. A command in it is copied alone; without one there is nothing to copy. */
function Fix({ text }: { readonly text: string }) {
  const pieces = fixPieces(text);
  const commands = pieces.filter(({ kind }) => kind === 'command');
  return (
    <div className="fix" role="group" aria-label="What helps">
      <span className="fix-words">
        {pieces.map((piece, at) =>
          piece.kind === 'command' ? (
            <code key={at}>
              <Escaped text={piece.text} />
            </code>
          ) : (
            <Escaped key={at} text={piece.text} />
          ),
        )}
      </span>
      <span className="btns">
        {commands.map(({ text: command }) => (
          <CopyButton key={command} text={command} label="Copy command" />
        ))}
      </span>
    </div>
  );
}
