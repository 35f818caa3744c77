import type { OwnerId } from '@shared/model/ids.ts';
import type { ChatPlaces } from '../../tools/workspaces/workspace-tools.ts';
import type { ChatStore } from '../machine/store.ts';

/** Where chats work, for the tools that change it. */
export function chatPlaces(store: Pick<ChatStore, 'call'>, ownerId: OwnerId): ChatPlaces {
  return {
    async load(chatId) {
      return (await store.call('loadProcessChat', { chatId, ownerId }))?.workspaceId ?? null;
    },
    set: async (change) => (await store.call('setChatWorkspace', change)).ok,
  };
}
