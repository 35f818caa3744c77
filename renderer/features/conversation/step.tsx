import { ChevronDown, ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';

interface StepProps {
  readonly icon: ReactNode;
  readonly verb: string;
  readonly object?: string;
  readonly meta?: ReactNode;
  readonly open: boolean;
  readonly onToggle: () => void;
  readonly tone?: 'err' | 'warn' | undefined;
  readonly children?: ReactNode;
}

/** One line: caret, glyph, verb, object in mono, right-aligned facts; its body opens below. */
export function Step({ icon, verb, object = '', meta, open, onToggle, tone, children }: StepProps) {
  return (
    <>
      <div className="step">
        <button
          type="button"
          className="step-head"
          aria-expanded={open}
          aria-label={`${verb} ${object}`.trim()}
          onClick={onToggle}
        >
          <span className="car">
            {open ? (
              <ChevronDown className="i s" aria-hidden="true" />
            ) : (
              <ChevronRight className="i s" aria-hidden="true" />
            )}
          </span>
          <span className={`glyph ${tone ?? ''}`}>{icon}</span>
          <span className="obj" title={object}>
            <em>{verb}</em>
            {object}
          </span>
        </button>
        <span className="r">{meta}</span>
      </div>
      {open && children}
    </>
  );
}
