import { Search } from 'lucide-react';
import { type KeyboardEvent, useId, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { lookNow } from '../../state/commands/now.ts';
import { commandIds, commandOf } from '../../state/commands/registry.ts';
import { runCommand } from '../../state/commands/run.ts';
import { openFound } from '../../state/found.ts';
import { openBeside, openChat } from '../../state/nav.ts';
import { showOverlay } from '../../state/overlay.ts';
import { recentCommands, rememberCommand } from '../../state/recent-commands.ts';
import { useModal } from '../../ui/use-modal.ts';
import { useHits } from './hits.ts';
import type { Entry, ListedCommand } from './palette-groups.ts';
import { Results } from './results.tsx';
import { useGroups } from './use-groups.ts';

const PAGE = 8;

/** Everything by name, and what stands in messages: chats, commands, settings. */
export function Palette({ text: first }: { readonly text: string }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState(first);
  const list = useList(text);
  const id = useId();
  useModal(dialog);
  return (
    <dialog
      ref={dialog}
      className="palette"
      aria-label="Command palette"
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onMouseDown={(event) => {
        if (event.target === dialog.current) close();
      }}
    >
      <div className="palette-field">
        <Search className="i" aria-hidden="true" />
        <input
          data-focus-first
          role="combobox"
          aria-label="Command"
          aria-autocomplete="list"
          aria-expanded={list.active !== null}
          aria-controls={`${id}-list`}
          aria-activedescendant={list.active ? `${id}-${list.at}` : undefined}
          autoComplete="off"
          spellCheck={false}
          placeholder="Find a chat, a command, a setting"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={list.onKeyDown}
        />
      </div>
      <Results
        id={id}
        groups={list.groups}
        problem={list.problem}
        at={list.at}
        onPoint={list.go}
        onTake={take}
      />
    </dialog>
  );
}

/** What is listed, what of it is active, and what the keys do. */
function useList(text: string) {
  // What can be done is what could be done before the palette lay over it.
  const [commands] = useState(listCommands);
  const [recent] = useState(recentCommands);
  const hits = useHits(text);
  const groups = useGroups(text, commands, recent, hits);
  // By name and not by place: hits come later, and stand between.
  const [chosen, setChosen] = useState<{ readonly text: string; readonly key: string | null }>({
    text,
    key: null,
  });
  if (chosen.text !== text) setChosen({ text, key: null });
  const entries = groups.flatMap((group) => group.entries);
  const at = Math.max(
    0,
    entries.findIndex(({ key }) => key === chosen.key),
  );
  const active = entries[at] ?? null;
  const go = (to: number) => setChosen({ text, key: entries[to]?.key ?? null });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const to = moved(event.key, at, entries.length);
    if (to !== null) go(to);
    else if (event.key === 'Enter' && active) take(active, event.ctrlKey || event.metaKey);
    else return;
    event.preventDefault();
  };
  return { groups, problem: hits.problem, at, active, go, onKeyDown };
}

function take(entry: Entry, beside: boolean): void {
  // First the dialog goes and gives the focus back: what happens next may take it.
  flushSync(close);
  perform(entry, beside);
}

function close(): void {
  showOverlay(null);
}

function moved(key: string, at: number, count: number): number | null {
  if (count === 0) return null;
  if (key === 'ArrowDown') return (at + 1) % count;
  if (key === 'ArrowUp') return (at - 1 + count) % count;
  if (key === 'PageDown') return Math.min(count - 1, at + PAGE);
  if (key === 'PageUp') return Math.max(0, at - PAGE);
  return null;
}

function listCommands(): readonly ListedCommand[] {
  const now = lookNow();
  return commandIds
    .filter((id) => id !== 'go.palette' && id !== 'go.commands' && commandOf(id).when?.(now) !== false)
    .map((id) => {
      const { title, titleNow, words = '', section } = commandOf(id);
      return {
        id,
        title: titleNow?.(now) ?? title,
        words: `${words} ${titleNow ? title : ''}`.trim(),
        section,
      };
    });
}

function perform(entry: Entry, beside: boolean): void {
  if (entry.kind === 'command') {
    rememberCommand(entry.command.id);
    runCommand(entry.command.id);
  } else if (entry.kind === 'hit') openFound({ ...entry.hit, text: entry.text }, beside);
  else if (beside) openBeside(entry.chat.id);
  else openChat(entry.chat.id);
}
