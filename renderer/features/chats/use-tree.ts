import type { ChatId } from '@shared/model/ids.ts';
import { useMemo, useState } from 'react';
import { useStore } from 'zustand';
import { type ChatMap, chatsStore } from '../../state/chats.ts';
import { gitStore } from '../../state/git.ts';
import { lastKnown } from '../../state/last-known.ts';
import { useSeconds } from '../../state/ticks.ts';
import { treeViewStore } from '../../state/tree-view.ts';
import { workspacesStore } from '../../state/workspaces.ts';
import { treeGroups } from './tree-groups.ts';
import { type TreeRow, treeRows } from './tree-rows.ts';

const LAST_KNOWN: ChatMap = new Map(lastKnown?.chats.map((chat) => [chat.id, chat]));
const NO_CHATS: ChatMap = new Map();

/** The rows in sight. What is opened or folded does not group the chats anew. */
export function useTree(filter: string, selected: ChatId | null): readonly TreeRow[] {
  const archived = useStore(chatsStore, (s) => s.showArchived);
  const chats = useStore(chatsStore, (s) =>
    s.showArchived ? (s.archived ?? NO_CHATS) : (s.live ?? LAST_KNOWN),
  );
  const listed = useStore(workspacesStore, (s) => s.list);
  const questions = useStore(gitStore, (s) => s.questions);
  const { grouping, statuses, places, toggled } = useStore(treeViewStore);
  const nowMs = useSeconds(false);
  const words = filter.trim();
  const tree = useMemo(
    () =>
      treeGroups({
        chats: [...chats.values()].filter((c) => c.archived === archived),
        workspaces: listed ?? lastKnown?.workspaces ?? [],
        grouping,
        filter: words,
        statuses,
        places,
        gitAsks: new Set(questions.flatMap(({ chatId }) => (chatId === null ? [] : [chatId]))),
        archived,
        nowMs,
      }),
    [chats, listed, grouping, words, statuses, places, questions, archived, nowMs],
  );
  return useMemo(() => treeRows(tree, { selected, toggled }), [tree, selected, toggled]);
}

/** The row that the keys act on. It goes along when another chat is opened, however that happens. */
export function useCursor(selected: string | null) {
  const [cursor, setCursor] = useState({ key: selected, selected });
  if (cursor.selected !== selected) setCursor({ key: selected ?? cursor.key, selected });
  const move = (key: string) => setCursor((c) => ({ ...c, key }));
  return [cursor.key, move] as const;
}
