import { Plus, X } from 'lucide-react';
import { flushSync } from 'react-dom';
import { useStore } from 'zustand';
import { type Keys, keysText } from '../../lib/keys.ts';
import { appStore } from '../../state/app.ts';
import { type CommandId, commandOf } from '../../state/commands/registry.ts';
import { useKeymap, usePlatform } from '../../state/keymap.ts';
import { removeKeys, resetKeys } from '../../state/keymap-changes.ts';
import { Button } from '../../ui/button.tsx';
import { Marked } from '../../ui/marked.tsx';
import { KeyRecorder } from './key-recorder.tsx';

const NO_KEYS: readonly Keys[] = [];
/** As many as the contract takes. */
const MOST = 4;

interface CommandKeysProps {
  readonly id: CommandId;
  readonly marks: readonly number[];
  readonly recording: boolean;
  readonly onRecord: (on: boolean) => void;
}

/** A command and its shortcuts: each can be taken away, one more given, the first ones brought back. */
export function CommandKeys({ id, marks, recording, onRecord }: CommandKeysProps) {
  const { title, icon: Icon } = commandOf(id);
  const keys = useKeymap().get(id) ?? NO_KEYS;
  const isChosen = useStore(appStore, (s) => s.settings.keys[id] !== undefined);
  return (
    <li className="li command-keys" aria-label={title}>
      <div className="command-name">
        <Icon className="i" aria-hidden="true" />
        <span>
          <Marked text={title} marks={marks} />
        </span>
      </div>
      <span className="command-strokes">
        {isChosen && (
          <Button look="quiet" aria-label={`Reset ${title}`} onClick={() => resetKeys(id)}>
            Reset
          </Button>
        )}
        {keys.map((one) => (
          <KeyChip key={one} id={id} keys={one} />
        ))}
        <button
          type="button"
          id={`record-${id}`}
          className="mini"
          aria-label={`Add shortcut to ${title}`}
          title="Add shortcut"
          disabled={recording || keys.length >= MOST}
          onClick={() => onRecord(true)}
        >
          <Plus className="i s" aria-hidden="true" />
        </button>
      </span>
      {recording && (
        <KeyRecorder
          id={id}
          onDone={() => {
            // The button can take the focus when nothing is recorded any more.
            flushSync(() => onRecord(false));
            document.getElementById(`record-${id}`)?.focus();
          }}
        />
      )}
    </li>
  );
}

function KeyChip({ id, keys }: { readonly id: CommandId; readonly keys: Keys }) {
  const text = keysText(keys, usePlatform());
  return (
    <span className="key-chip">
      <kbd>{text}</kbd>
      <button
        type="button"
        className="mini"
        aria-label={`Remove ${text} from ${commandOf(id).title}`}
        title="Remove"
        onClick={() => removeKeys(id, keys)}
      >
        <X className="i xs" aria-hidden="true" />
      </button>
    </span>
  );
}
