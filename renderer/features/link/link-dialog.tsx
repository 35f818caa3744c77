import { Link } from 'lucide-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import { appStore, dismissLink, takeLink } from '../../state/app.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Escaped } from '../../ui/escaped.tsx';
import './link.css';

/** What a link from outside would fill in, as it is. Nothing is sent, and the folder is asked about like any other. */
export function LinkDialog() {
  const link = useStore(appStore, (s) => s.link);
  const [problem, setProblem] = useState<string | null>(null);
  if (link === null) return null;
  return (
    <Dialog
      question="dialog"
      title="A link wants to start a chat"
      icon={<Link className="i" aria-hidden="true" />}
      onClose={dismissLink}
    >
      {link.folder !== null && (
        <p>
          <span className="meta">In the folder </span>
          <span className="mono">
            <Escaped text={link.folder} />
          </span>
        </p>
      )}
      {link.prompt !== '' && (
        <pre className="link-text" tabIndex={0} aria-label="Text of the link">
          <Escaped text={link.prompt} />
        </pre>
      )}
      <p className="meta">It only fills in the message. Read it before you send it.</p>
      {problem && (
        <p className="err" role="alert">
          {problem}
        </p>
      )}
      <div className="btns">
        <Button data-focus-first onClick={dismissLink}>
          Dismiss
        </Button>
        <Button onClick={() => void takeLink(link).then(setProblem)}>Fill in</Button>
      </div>
    </Dialog>
  );
}
