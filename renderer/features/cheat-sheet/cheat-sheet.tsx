import { Keyboard } from 'lucide-react';
import { flushSync } from 'react-dom';
import { type Keys, keysText } from '../../lib/keys.ts';
import { SECTIONS } from '../../state/commands/command.ts';
import { commandIds, commandOf } from '../../state/commands/registry.ts';
import { useKeymap, usePlatform } from '../../state/keymap.ts';
import { showSettings } from '../../state/nav.ts';
import { showOverlay } from '../../state/overlay.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { FIXED_KEYS } from './fixed-keys.ts';

/** All that has a shortcut, as it is now. */
export function CheatSheet() {
  const keymap = useKeymap();
  const bound = commandIds.filter((id) => (keymap.get(id) ?? []).length > 0);
  return (
    <Dialog
      size="large"
      title="Keyboard shortcuts"
      icon={<Keyboard className="i" aria-hidden="true" />}
      onClose={() => showOverlay(null)}
    >
      <div className="sheet" role="group" aria-label="All shortcuts" tabIndex={0}>
        <div className="sheet-columns">
          {SECTIONS.map((section) => {
            const ids = bound.filter((id) => commandOf(id).section === section);
            const rows = ids.map((id) => ({ title: commandOf(id).title, keys: keymap.get(id) ?? [] }));
            return rows.length > 0 && <Part key={section} title={section} rows={rows} />;
          })}
          {FIXED_KEYS.map(({ part, rows }) => (
            <Part key={part} title={part} rows={rows.map(([keys, title]) => ({ title, keys: [keys] }))} />
          ))}
        </div>
      </div>
      <div className="btns sheet-foot">
        <Button data-focus-first onClick={change}>
          Change shortcuts…
        </Button>
      </div>
    </Dialog>
  );
}

function change(): void {
  flushSync(() => showOverlay(null));
  showSettings('keyboard');
}

interface PartProps {
  readonly title: string;
  readonly rows: readonly { readonly title: string; readonly keys: readonly Keys[] }[];
}

function Part({ title, rows }: PartProps) {
  const platform = usePlatform();
  return (
    <section className="sheet-part" aria-label={title}>
      <h3>{title}</h3>
      <dl>
        {rows.map((row) => (
          <div key={row.title} className="sheet-row">
            <dt>{row.title}</dt>
            <dd>
              {row.keys.map((keys) => (
                <kbd key={keys}>{keysText(keys, platform)}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
