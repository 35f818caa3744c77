import type { ChatProcess } from '@shared/contract/processes.ts';
import type { ChatId } from '@shared/model/ids.ts';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { useEffect, useId, useMemo, useState, useSyncExternalStore } from 'react';
import { age, bytes, firstLine, wholeSeconds } from '../../lib/format.ts';
import { outputOf } from '../../state/process-output.ts';
import { signalProcess, useProcesses } from '../../state/processes.ts';
import { useSeconds } from '../../state/ticks.ts';
import { Button } from '../../ui/button.tsx';
import { TerminalBlock } from '../../ui/terminal-block.tsx';

/** What the chat runs and has just run on its machine, also what goes on without it. */
export function Processes({ chatId }: { readonly chatId: ChatId }) {
  const list = useProcesses(chatId);
  const running = list?.filter((one) => one.running).length ?? 0;
  return (
    <section aria-label="Processes">
      <h2>Processes {running > 0 && <span className="num faint">{running}</span>}</h2>
      {list?.length === 0 && <p className="faint">Nothing runs</p>}
      <ul className="processes" aria-label="Processes">
        {list?.map((one) => (
          <Process key={one.id} chatId={chatId} process={one} />
        ))}
      </ul>
    </section>
  );
}

interface ProcessProps {
  readonly chatId: ChatId;
  readonly process: ChatProcess;
}

function Process({ chatId, process }: ProcessProps) {
  const [open, setOpen] = useState(false);
  const body = useId();
  const Caret = open ? ChevronDown : ChevronRight;
  return (
    <li className={`process ${process.running ? '' : 'over'}`}>
      <div className="process-row">
        <button
          type="button"
          className="process-head"
          aria-expanded={open}
          aria-controls={open ? body : undefined}
          title={process.command}
          onClick={() => setOpen(!open)}
        >
          <Caret className="i xs car" aria-hidden="true" />
          <span className="mono obj">{firstLine(process.command)}</span>
        </button>
        {process.running && <StopButtons chatId={chatId} processId={process.id} />}
      </div>
      <div className="process-facts num">
        {process.running ? <Running process={process} /> : <Ended process={process} />}
        {process.background && <span>background</span>}
        {process.bytes > 0 && <span>{bytes(process.bytes)}</span>}
      </div>
      {open && (
        <div id={body} className="process-body">
          {process.command.includes('\n') && <TerminalBlock text={process.command} />}
          <p className="mono meta">in {process.directory}</p>
          <Output chatId={chatId} process={process} />
        </div>
      )}
    </li>
  );
}

function Running({ process }: { readonly process: ChatProcess }) {
  const now = useSeconds(true);
  return (
    <span className="with-glyph">
      <i className="link up" />
      running for {wholeSeconds(now - Date.parse(process.startedAt))}
    </span>
  );
}

function Ended({ process: { exitCode, startedAt, endedAt } }: { readonly process: ChatProcess }) {
  const now = useSeconds(false);
  const known = exitCode !== null && exitCode >= 0;
  return (
    <>
      <span className={`pill ${exitCode === 0 ? 'good' : 'bad'}`}>
        {known ? `exit ${exitCode}` : 'killed'}
      </span>
      {endedAt !== null && (
        <span>
          {lasted(Date.parse(endedAt) - Date.parse(startedAt))} · {age(endedAt, now)}
        </span>
      )}
    </>
  );
}

/** The times are whole seconds. */
function lasted(ms: number): string {
  return ms < 1_000 ? 'under 1 s' : `after ${wholeSeconds(ms)}`;
}

function Output({ chatId, process }: ProcessProps) {
  const source = useMemo(() => outputOf(chatId, process.id), [chatId, process.id]);
  const output = useSyncExternalStore(source.subscribe, source.get);
  const before = output.skippedBytes > 0 ? `${bytes(output.skippedBytes)} earlier` : null;
  return <TerminalBlock text={output.text} before={before} running={process.running} />;
}

/** So long a process may take to end by itself before it can be killed. */
const PATIENCE_MS = 5_000;

type Stopping = 'no' | 'asked' | 'stubborn';

function StopButtons({ chatId, processId }: { readonly chatId: ChatId; readonly processId: string }) {
  const [stopping, setStopping] = useState<Stopping>('no');
  useEffect(() => {
    if (stopping !== 'asked') return;
    const timer = setTimeout(() => setStopping('stubborn'), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [stopping]);
  const stop = () => {
    setStopping('asked');
    void signalProcess(chatId, processId, 'terminate');
  };
  if (stopping === 'stubborn') {
    return (
      <Button look="quiet" className="err" onClick={() => void signalProcess(chatId, processId, 'kill')}>
        Kill
      </Button>
    );
  }
  return (
    <Button look="quiet" disabled={stopping === 'asked'} onClick={stop}>
      {stopping === 'asked' ? 'Stopping…' : 'Stop'}
    </Button>
  );
}
