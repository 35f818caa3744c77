import { FilePen } from 'lucide-react';
import { useId, useRef, useState } from 'react';
import { call } from '../../lib/bridge.ts';
import { announce } from '../../state/toasts.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { lineOfProblem } from './template-text.ts';

interface TemplateEditorProps {
  /** The name of the person's file; null for a new one. */
  readonly was: string | null;
  /** What stands in it at first. */
  readonly first: string;
  readonly onClose: () => void;
}

/** The YAML of a template. What is wrong is told by field, and nothing is written then. */
export function TemplateEditor({ was, first, onClose }: TemplateEditorProps) {
  const [text, setText] = useState(first);
  const [problems, setProblems] = useState<readonly string[]>([]);
  const [saving, setSaving] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  const save = async () => {
    setSaving(true);
    const answer = await call('template.save', { was, text });
    setSaving(false);
    if (answer.ok) {
      announce(`The template ${answer.value.name} is saved.`);
      return onClose();
    }
    const told = (answer.error.detail ?? '').split('\n').filter((line) => line !== '');
    setProblems(told.length > 0 ? told : [answer.error.message]);
  };
  return (
    <Dialog
      title={was === null ? 'New template' : `Template ${was}`}
      size="wide"
      icon={<FilePen className="i" aria-hidden="true" />}
      onClose={onClose}
    >
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (!saving) void save();
        }}
        onKeyDown={(event) => {
          if (event.key !== 's' || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          if (!saving) void save();
        }}
      >
        <Yaml area={area} text={text} isWrong={problems.length > 0} onChange={setText} />
        <Problems problems={problems} text={text} onLine={(line) => select(area.current, line)} />
        <div className="btns">
          <Button type="submit" look="primary" disabled={saving || text.trim() === ''}>
            Save
          </Button>
          <Button look="quiet" className="end" onClick={onClose}>
            Cancel
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface YamlProps {
  readonly area: React.RefObject<HTMLTextAreaElement | null>;
  readonly text: string;
  readonly isWrong: boolean;
  readonly onChange: (text: string) => void;
}

/** Lines are as long as they are, so that each has its number beside it. */
function Yaml({ area, text, isWrong, onChange }: YamlProps) {
  const id = useId();
  const lines = text.split('\n').length;
  return (
    <div className="fld">
      <label htmlFor={id}>YAML</label>
      <div className="yaml">
        <pre aria-hidden="true">{Array.from({ length: lines }, (_, at) => at + 1).join('\n')}</pre>
        <textarea
          ref={area}
          id={id}
          data-focus-first=""
          rows={lines}
          wrap="off"
          spellCheck={false}
          autoComplete="off"
          aria-invalid={isWrong}
          value={text}
          onChange={(event) => onChange(event.target.value)}
        />
      </div>
    </div>
  );
}

interface ProblemsProps {
  readonly problems: readonly string[];
  readonly text: string;
  readonly onLine: (line: number) => void;
}

function Problems({ problems, text, onLine }: ProblemsProps) {
  if (problems.length === 0) return null;
  return (
    <div role="alert">
      <p className="err">Nothing was saved:</p>
      <ul className="problems" aria-label="Problems">
        {problems.map((problem) => {
          const line = lineOfProblem(text, problem);
          return (
            <li key={problem}>
              {problem}
              {line !== null && (
                <button type="button" className="problem-line" onClick={() => onLine(line)}>
                  line {line}
                </button>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** Marks the line, from 1, and brings it into sight. */
function select(area: HTMLTextAreaElement | null, line: number): void {
  if (!area) return;
  const lines = area.value.split('\n');
  const from = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  area.focus();
  area.setSelectionRange(from, from + (lines[line - 1]?.length ?? 0));
  const box = area.parentElement;
  if (box) box.scrollTop = (area.scrollHeight / lines.length) * (line - 3);
}
