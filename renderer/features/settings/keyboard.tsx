import { useState } from 'react';
import { useStore } from 'zustand';
import { keysText } from '../../lib/keys.ts';
import { rank } from '../../lib/rank.ts';
import { appStore } from '../../state/app.ts';
import { SECTIONS } from '../../state/commands/command.ts';
import { type CommandId, commandIds, commandOf } from '../../state/commands/registry.ts';
import { useKeymap, usePlatform } from '../../state/keymap.ts';
import { resetAllKeys } from '../../state/keymap-changes.ts';
import { Button } from '../../ui/button.tsx';
import { CommandKeys } from './command-keys.tsx';

interface Found {
  readonly id: CommandId;
  readonly marks: readonly number[];
}

/** Every command, with the shortcuts that it has and the way to change them. */
export function Keyboard() {
  const [query, setQuery] = useState('');
  const [recording, setRecording] = useState<CommandId | null>(null);
  const changed = useStore(appStore, (s) => Object.keys(s.settings.keys).length);
  const found = useFound(query);
  const sections = SECTIONS.map((section) => ({
    section,
    found: found.filter(({ id }) => commandOf(id).section === section),
  })).filter((one) => one.found.length > 0);
  return (
    <div className="keyboard">
      <div className="keyboard-top">
        <input
          type="search"
          className="inp"
          aria-label="Filter shortcuts"
          placeholder="Find a command or a shortcut"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
        />
        <Button disabled={changed === 0} onClick={resetAllKeys}>
          Reset all
        </Button>
      </div>
      {sections.length === 0 && (
        <p className="meta">No command is called that, and none has that shortcut.</p>
      )}
      {sections.map(({ section, found: list }) => (
        <section key={section} aria-label={section}>
          <h4>{section}</h4>
          <ul className="set" aria-label={`${section}: shortcuts`}>
            {list.map(({ id, marks }) => (
              <CommandKeys
                key={id}
                id={id}
                marks={marks}
                recording={recording === id}
                onRecord={(on) => setRecording(on ? id : null)}
              />
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

/** By the name of a command, or by its keys: "ctrl shift". */
function useFound(query: string): readonly Found[] {
  const keymap = useKeymap();
  const platform = usePlatform();
  if (query.trim() === '') return commandIds.map((id) => ({ id, marks: [] }));
  const keysOfIt = (id: CommandId) =>
    (keymap.get(id) ?? []).map((keys) => keysText(keys, platform)).join(', ');
  const ranked = rank(query.trim(), commandIds, {
    texts: [(id) => commandOf(id).title, keysOfIt, (id) => commandOf(id).words ?? ''],
    limit: 0,
  });
  return ranked.map(({ item, marks }) => ({ id: item, marks: marks[0] ?? [] }));
}
