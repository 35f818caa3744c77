import type { ReasoningPart } from '@shared/model/part.ts';
import { Brain } from 'lucide-react';
import { wholeSeconds } from '../../lib/format.ts';
import { useSeconds } from '../../state/ticks.ts';
import { Markdown } from '../../ui/markdown.tsx';
import { useOpenRow } from './open-rows.ts';
import { Step } from './step.tsx';

const ICON = <Brain className="i s" aria-hidden="true" />;

export function Thought({ rowKey, part }: { readonly rowKey: string; readonly part: ReasoningPart }) {
  const [open, toggle] = useOpenRow(rowKey, false);
  const verb = part.duration_ms === undefined ? 'Thought' : `Thought for ${wholeSeconds(part.duration_ms)}`;
  return (
    <Step icon={ICON} verb={verb} open={open} onToggle={toggle}>
      <div className="thought">
        {part.title && <b>{part.title}</b>}
        <Markdown text={part.text || 'The model gave no words for this.'} />
      </div>
    </Step>
  );
}

interface LiveThoughtProps {
  readonly rowKey: string;
  readonly text: string;
  /** Something streams after it, so it is complete. */
  readonly over: boolean;
  readonly sinceMs: number;
}

export function LiveThought({ rowKey, text, over, sinceMs }: LiveThoughtProps) {
  const [open, toggle] = useOpenRow(rowKey, false);
  const now = useSeconds(!over);
  const seconds = wholeSeconds(now - sinceMs);
  return (
    <Step icon={ICON} verb={over ? 'Thought' : `Thinking for ${seconds}`} open={open} onToggle={toggle}>
      <div className="thought">
        <Markdown text={text} />
      </div>
    </Step>
  );
}
