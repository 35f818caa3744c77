import { never } from '@shared/util/never.ts';
import { CornerDownLeft } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { age } from '../../lib/format.ts';
import { commandOf } from '../../state/commands/registry.ts';
import { useShortcut } from '../../state/keymap.ts';
import { statusLook } from '../../state/status.ts';
import { useSeconds } from '../../state/ticks.ts';
import { FoundIcon, isMachine } from '../../ui/found-icon.tsx';
import { Marked } from '../../ui/marked.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import type { Entry, Group } from './palette-groups.ts';

interface ResultsProps {
  readonly id: string;
  readonly groups: readonly Group[];
  /** What of the question cannot be read. */
  readonly problem: string | null;
  readonly at: number;
  /** The mouse is over the entry at this place. */
  readonly onPoint: (at: number) => void;
  readonly onTake: (entry: Entry, beside: boolean) => void;
}

export function Results({ id, groups, problem, at, onPoint, onTake }: ResultsProps) {
  const list = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is active, and what is listed, decides
  useEffect(() => {
    if (at <= 0) list.current?.scrollTo(0, 0);
    else document.getElementById(`${id}-${at}`)?.scrollIntoView({ block: 'nearest' });
  }, [id, at, groups]);
  return (
    <div
      ref={list}
      className="palette-list"
      role="listbox"
      id={`${id}-list`}
      aria-label="Results"
      // The focus stays in the field.
      onMouseDown={(event) => event.preventDefault()}
    >
      {groups.map(({ label, entries, first }) => (
        <div key={label} role="group" aria-label={label}>
          <div className="palette-head" aria-hidden="true">
            {label}
          </div>
          {entries.map((entry, i) => (
            <Option
              key={entry.key}
              id={`${id}-${first + i}`}
              entry={entry}
              active={first + i === at}
              onPoint={() => onPoint(first + i)}
              onTake={(beside) => onTake(entry, beside)}
            />
          ))}
        </div>
      ))}
      {(groups.length === 0 || problem !== null) && (
        <div className="palette-none">{problem ?? 'Nothing matches'}</div>
      )}
    </div>
  );
}

interface OptionProps {
  readonly id: string;
  readonly entry: Entry;
  readonly active: boolean;
  readonly onPoint: () => void;
  readonly onTake: (beside: boolean) => void;
}

function Option({ id, entry, active, onPoint, onTake }: OptionProps) {
  return (
    <div
      id={id}
      role="option"
      aria-selected={active}
      className={`palette-row ${active ? 'on' : ''}`}
      // Not when the list moves below a mouse that rests.
      onMouseMove={active ? undefined : onPoint}
      onClick={(event) => onTake(event.ctrlKey || event.metaKey)}
    >
      <EntryContent entry={entry} />
      {active && entry.kind !== 'command' && (
        <CornerDownLeft className="i xs palette-enter" aria-hidden="true" />
      )}
    </div>
  );
}

function EntryContent({ entry }: { readonly entry: Entry }) {
  switch (entry.kind) {
    case 'chat':
      return <ChatEntry entry={entry} />;
    case 'hit':
      return <HitEntry entry={entry} />;
    case 'command':
      return <CommandEntry entry={entry} />;
    default:
      return never(entry);
  }
}

function ChatEntry({ entry: { chat, place, marks } }: { readonly entry: Entry & { kind: 'chat' } }) {
  const now = useSeconds(false);
  const look = statusLook(chat, now);
  return (
    <>
      <StatusMark glyph={look.glyph} step={chat.snapshot_version} />
      <span className="palette-text">
        <Marked text={chat.title} marks={marks.title} />{' '}
        <span className="palette-place">
          <Marked text={place} marks={marks.place} />
        </span>
      </span>
      <span className="palette-meta num">{look.words === '' ? age(chat.updated_at, now) : look.words}</span>
    </>
  );
}

function HitEntry({ entry: { hit, marks } }: { readonly entry: Entry & { kind: 'hit' } }) {
  const now = useSeconds(false);
  return (
    <>
      <FoundIcon kind={hit.kind} />
      <span className={`palette-text ${isMachine(hit.kind) ? 'mono' : ''}`} title={hit.title}>
        <Marked text={hit.snippet.text} marks={marks.title} />
        <span className="sr">, in {hit.title}</span>
      </span>
      <span className="palette-meta num">{age(hit.at, now)}</span>
    </>
  );
}

function CommandEntry({ entry: { command, marks } }: { readonly entry: Entry & { kind: 'command' } }) {
  const Icon = commandOf(command.id).icon;
  const { text } = useShortcut(command.id);
  return (
    <>
      <Icon className="i" aria-hidden="true" />
      <span className="palette-text">
        <Marked text={command.title} marks={marks.title} />
      </span>
      {text !== undefined && <kbd>{text}</kbd>}
    </>
  );
}
