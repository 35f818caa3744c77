import type { ChatSummary } from '@shared/model/chat.ts';
import { useMemo } from 'react';
import { useStore } from 'zustand';
import { chatsStore } from '../../state/chats.ts';
import { navStore, shownChats } from '../../state/nav.ts';
import { useSeconds } from '../../state/ticks.ts';
import { workspacesStore } from '../../state/workspaces.ts';
import type { Hits } from './hits.ts';
import { type Group, type ListedCommand, paletteGroups } from './palette-groups.ts';

const NO_CHATS: ReadonlyMap<string, ChatSummary> = new Map();

export function useGroups(
  text: string,
  commands: readonly ListedCommand[],
  recent: readonly string[],
  hits: Hits,
): readonly Group[] {
  const chats = useStore(chatsStore, (s) => s.live ?? NO_CHATS);
  const workspaces = useStore(workspacesStore, (s) => s.list);
  const placeNames = useMemo(() => new Map(workspaces?.map(({ id, name }) => [id, name])), [workspaces]);
  const nowMs = useSeconds(false);
  return useMemo(
    () =>
      paletteGroups({
        text,
        chats: chats.values(),
        shown: shownChats(navStore.getState()),
        placeNames,
        commands,
        recent,
        hits,
        nowMs,
      }),
    [text, chats, placeNames, commands, recent, hits, nowMs],
  );
}
