import { ScrollText } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { call } from '../../lib/bridge.ts';
import { shortPath } from '../../lib/short-path.ts';
import { appStore } from '../../state/app.ts';
import { announce } from '../../state/toasts.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Form } from '../../ui/form.tsx';
import { Problem } from '../../ui/problem.tsx';
import { TextArea } from '../../ui/text-area.tsx';

/** What the person tells every agent on this computer. */
export function OwnInstructions() {
  const [open, setOpen] = useState(false);
  return (
    <div className="li">
      <span>
        <b>Your instructions</b>
        <span className="meta">what every agent on this computer is told</span>
      </span>
      <Button aria-label="Edit your instructions" onClick={() => setOpen(true)}>
        Edit…
      </Button>
      {open && <Editor onClose={() => setOpen(false)} />}
    </div>
  );
}

interface EditorProps {
  readonly onClose: () => void;
}

function Editor({ onClose }: EditorProps) {
  const [file, setFile] = useState('');
  const home = useStore(appStore, (s) => s.info?.homeDir ?? '');
  const [text, setText] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    void call('app.instructions', {}).then((answer) => {
      if (!answer.ok) return setProblem(answer.error.message);
      setFile(answer.value.file);
      setText(answer.value.text);
    });
  }, []);
  const save = async () => {
    const answer = await call('app.setInstructions', { text: text ?? '' });
    if (!answer.ok) return setProblem(answer.error.message);
    announce('Your instructions are saved.');
    onClose();
  };
  return (
    <Dialog
      title="Your instructions"
      size="wide"
      icon={<ScrollText className="i" aria-hidden="true" />}
      onClose={onClose}
    >
      {text === null && <Problem text={problem} />}
      {text !== null && (
        <Form label="Your instructions" autoFocus onSubmit={save}>
          <TextArea
            label="What every agent on this computer is told"
            className="instructions"
            rows={10}
            placeholder="Answer in German. Run the tests before you say that something is done."
            hint={`In ${shortPath(file, home)}. New chats follow it at once, those that go on within five minutes; a host has a file of its own there.`}
            problem={problem}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <div className="btns">
            <Button type="submit" look="primary">
              Save
            </Button>
            <Button look="quiet" className="end" onClick={onClose}>
              Cancel
            </Button>
          </div>
        </Form>
      )}
    </Dialog>
  );
}
