import { type ReactNode, useRef } from 'react';
import { Button } from './button.tsx';
import { Problem } from './problem.tsx';
import { useFocusBack } from './use-focus-back.ts';

interface RowQuestionProps {
  /** "Remove Ollama?" */
  readonly label: string;
  /** "Remove", and while it is done "Removing…". */
  readonly act: string;
  readonly busy?: boolean;
  readonly problem?: string | null;
  readonly onAct: () => void;
  readonly onKeep: () => void;
  /** What will be, in a sentence or two. */
  readonly children: ReactNode;
}

/** Asked where it was meant, before something goes. The focus begins where nothing does. */
export function RowQuestion(props: RowQuestionProps) {
  const { label, act, busy = false, problem = null, onAct, onKeep, children } = props;
  const ref = useRef<HTMLDivElement>(null);
  useFocusBack(ref);
  return (
    <div ref={ref} className="row-question" role="group" aria-label={label}>
      <p>{children}</p>
      <Problem text={problem} />
      <div className="btns">
        <Button autoFocus onClick={onKeep}>
          Keep
        </Button>
        <Button disabled={busy} onClick={onAct}>
          {act}
        </Button>
      </div>
    </div>
  );
}
