import type { ChatId } from '@shared/model/ids.ts';
import { ChevronDown, ChevronRight, Hand } from 'lucide-react';
import type { MouseEvent } from 'react';
import { useStore } from 'zustand';
import { age, plural } from '../../lib/format.ts';
import { renameChat } from '../../state/chats.ts';
import { gitStore } from '../../state/git.ts';
import { type StatusLook, statusLook } from '../../state/status.ts';
import { useSeconds } from '../../state/ticks.ts';
import type { Point } from '../../ui/menu.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { type FieldEnd, TitleField } from '../../ui/title-field.tsx';
import { DiffLine } from './diff-line.tsx';
import type { TreeRow } from './tree-rows.ts';
import type { RowDrag } from './use-pin-drag.ts';

/** Its command runs; what runs in it waits. */
const GIT_ASKS: StatusLook = { words: 'Git asks for a token', glyph: 'hand', tone: 'warn' };

interface ChatRowProps {
  readonly id: string;
  readonly active: boolean;
  readonly onPress: (event: MouseEvent) => void;
  readonly row: TreeRow & { kind: 'chat' };
  readonly selected: boolean;
  /** With others, to be dealt with together. */
  readonly picked: boolean;
  readonly renaming: boolean;
  readonly drag: RowDrag;
  readonly onFold: (open: boolean) => void;
  readonly onRenamed: (how: FieldEnd) => void;
  readonly onMenu: (at: Point) => void;
}

export function ChatRow(props: ChatRowProps) {
  const { id, row, active, selected, picked, renaming, drag, onPress, onRenamed, onMenu } = props;
  const { chat, family, place } = row;
  const waits = chat.status === 'running' && chat.retry !== null;
  const now = useSeconds(waits);
  const gitAsks = useStore(gitStore, (s) => s.questions.some(({ chatId }) => chatId === chat.id));
  const look = gitAsks ? GIT_ASKS : statusLook(chat, now);
  const kid = row.level === 3;
  const words = look.words === '' ? (chat.activity ?? '') : look.words;
  const { mark, ...dragging } = drag;
  const classes = [
    'row',
    selected ? 'sel' : '',
    picked ? 'picked' : '',
    mark ?? '',
    active ? 'active' : '',
    kid ? 'kid' : '',
  ];
  const tooltip = [chat.title, words, place ?? ''].filter((line) => line !== '').join('\n');
  return (
    <div
      id={id}
      role="treeitem"
      aria-level={row.level}
      aria-selected={selected || picked}
      aria-setsize={row.size}
      aria-posinset={row.position}
      aria-expanded={family?.open}
      aria-label={nameOf(row, look.words)}
      className={`${classes.join(' ')} ${row.lastChild ? 'last' : ''} ${words === '' ? 'quiet' : ''}`}
      title={tooltip}
      onClick={onPress}
      {...dragging}
      onContextMenu={(event) => {
        event.preventDefault();
        onMenu({ x: event.clientX, y: event.clientY });
      }}
    >
      <StatusMark glyph={look.glyph} step={chat.snapshot_version} />
      {renaming ? (
        <TitleField
          label="Chat title"
          className="rename"
          value={chat.title}
          onSave={(title) => void renameChat(chat.id, title)}
          onDone={onRenamed}
        />
      ) : (
        <>
          <span className={`t ${chat.unread ? 'unread-t' : ''}`}>{chat.title}</span>
          <span className="m">
            {family && <Family family={family} onFold={props.onFold} />}
            {age(chat.updated_at, now)}
          </span>
        </>
      )}
      <SecondLine chatId={chat.id} words={words} tone={look.tone} place={place} />
    </div>
  );
}

interface SecondLineProps {
  readonly chatId: ChatId;
  readonly words: string;
  readonly tone: StatusLook['tone'];
  readonly place: string | null;
}

/** What the chat does, else what it has changed; and where, in a group that does not say so. */
function SecondLine({ chatId, words, tone, place }: SecondLineProps) {
  if (words === '') return <DiffLine chatId={chatId} place={place} />;
  return (
    <span className={`w ${tone}`}>
      {words}
      {place !== null && <span className="row-place"> · {place}</span>}
    </span>
  );
}

function nameOf({ chat, family }: TreeRow & { kind: 'chat' }, words: string): string {
  const asks = family && family.asks > 0 ? `${plural(family.asks, 'agent')} waiting for you` : '';
  return [chat.title, words, asks].filter((part) => part !== '').join(', ');
}

interface FamilyProps {
  readonly family: NonNullable<(TreeRow & { kind: 'chat' })['family']>;
  readonly onFold: (open: boolean) => void;
}

/** How many agents the chat started, and whether one of them waits for the person. The keys fold by the arrows. */
function Family({ family: { open, agents, asks }, onFold }: FamilyProps) {
  const Caret = open ? ChevronDown : ChevronRight;
  return (
    <span
      className="family"
      aria-hidden="true"
      title={open ? 'Fold its agents' : 'Show its agents'}
      onClick={(event) => {
        event.stopPropagation();
        onFold(!open);
      }}
    >
      {asks > 0 && (
        <span className="asks warn">
          <Hand className="i xs" />
          {asks > 1 && asks}
        </span>
      )}
      {agents}
      <Caret className="i s" />
    </span>
  );
}
