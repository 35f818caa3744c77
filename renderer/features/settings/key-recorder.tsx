import { useEffect, useState } from 'react';
import { keyProblem } from '../../lib/key-problem.ts';
import { boundTo } from '../../lib/keymap.ts';
import { type Keys, keysOf, keysText } from '../../lib/keys.ts';
import { strokeOf } from '../../lib/stroke-of.ts';
import { type CommandId, commandOf } from '../../state/commands/registry.ts';
import { getKeymap, usePlatform } from '../../state/keymap.ts';
import { addKeys } from '../../state/keymap-changes.ts';
import { Button } from '../../ui/button.tsx';

interface KeyRecorderProps {
  readonly id: CommandId;
  /** Given, or given up. */
  readonly onDone: () => void;
}

/** Waits for the shortcut to be pressed; says who has it already, and what speaks against it. */
export function KeyRecorder({ id, onDone }: KeyRecorderProps) {
  const platform = usePlatform();
  const [pressed, setPressed] = useState<Keys | null>(null);
  useEffect(() => {
    if (pressed !== null) return;
    const onKey = (event: KeyboardEvent) => {
      event.preventDefault();
      event.stopImmediatePropagation();
      if (event.key === 'Escape') return onDone();
      const keys = keysOf(strokeOf(event), platform);
      if (keys === null) return;
      if (keyProblem(keys, platform) === null && others(id, keys).length === 0) give(id, keys, onDone);
      else setPressed(keys);
    };
    // Before anything else hears it: what is pressed now means nothing but itself.
    window.addEventListener('keydown', onKey, true);
    return () => window.removeEventListener('keydown', onKey, true);
  }, [id, pressed, platform, onDone]);
  return (
    <div className="key-recorder" role="group" aria-label={`New shortcut of ${commandOf(id).title}`}>
      {pressed === null ? (
        <>
          <span role="status">Press the shortcut…</span>
          <Button look="quiet" keys="Esc" autoFocus onClick={onDone}>
            Cancel
          </Button>
        </>
      ) : (
        <Doubt
          id={id}
          keys={pressed}
          onAgain={() => setPressed(null)}
          onGive={() => give(id, pressed, onDone)}
          onCancel={onDone}
        />
      )}
    </div>
  );
}

function give(id: CommandId, keys: Keys, onDone: () => void): void {
  addKeys(id, keys);
  onDone();
}

function others(id: CommandId, keys: Keys): readonly CommandId[] {
  return boundTo(getKeymap(), keys).filter((other) => other !== id);
}

interface DoubtProps {
  readonly id: CommandId;
  readonly keys: Keys;
  readonly onAgain: () => void;
  readonly onGive: () => void;
  readonly onCancel: () => void;
}

/** Somebody has it, or it will not always work: the person decides. */
function Doubt({ id, keys, onAgain, onGive, onCancel }: DoubtProps) {
  const platform = usePlatform();
  const problem = keyProblem(keys, platform);
  const taken = others(id, keys).map((other) => `“${commandOf(other).title}”`);
  const text = keysText(keys, platform);
  const refused = problem?.kind === 'refused';
  return (
    <>
      <span role="alert">
        {taken.length > 0 && !refused && `${text} is the shortcut of ${taken.join(' and ')}. `}
        {problem?.text}
      </span>
      <span className="btns">
        {!refused && (
          <Button autoFocus onClick={onGive}>
            {taken.length > 0 ? 'Use it here' : 'Use it anyway'}
          </Button>
        )}
        <Button autoFocus={refused} onClick={onAgain}>
          Press another
        </Button>
        <Button look="quiet" onClick={onCancel}>
          Cancel
        </Button>
      </span>
    </>
  );
}
