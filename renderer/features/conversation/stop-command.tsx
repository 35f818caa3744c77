import type { ChatId } from '@shared/model/ids.ts';
import { Square } from 'lucide-react';
import { useEffect, useState } from 'react';
import { signalProcess } from '../../state/processes.ts';
import type { ToolFacts, ToolView } from './tool-view.ts';

/** So long a command may take to end by itself before it can be killed. */
const PATIENCE_MS = 5_000;

interface StopCommandProps {
  readonly chatId: ChatId;
  readonly facts: ToolFacts;
  readonly view: ToolView;
}

/** Ends the command alone: the agent reads how it ended, and goes on. */
export function StopCommand({ chatId, facts, view }: StopCommandProps) {
  const processId = facts.ledger?.process_id ?? null;
  if (view.kind !== 'run' || view.phase !== 'running' || facts.result || processId === null) return null;
  return <StopButton key={processId} chatId={chatId} processId={processId} />;
}

function StopButton({ chatId, processId }: { readonly chatId: ChatId; readonly processId: string }) {
  const [stopping, setStopping] = useState<'no' | 'asked' | 'stubborn'>('no');
  useEffect(() => {
    if (stopping !== 'asked') return;
    const timer = setTimeout(() => setStopping('stubborn'), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [stopping]);
  const label = { no: 'Stop command', asked: 'Stopping…', stubborn: 'Kill command' }[stopping];
  const stop = () => {
    if (stopping === 'no') setStopping('asked');
    void signalProcess(chatId, processId, stopping === 'stubborn' ? 'kill' : 'terminate');
  };
  return (
    <button
      type="button"
      className={`mini ${stopping === 'stubborn' ? 'err' : 'acc'}`}
      aria-label={label}
      title={label}
      disabled={stopping === 'asked'}
      onClick={stop}
    >
      <Square className="i s" aria-hidden="true" />
    </button>
  );
}
