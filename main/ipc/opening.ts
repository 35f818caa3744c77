import type { AppEvent } from '@shared/contract/app.ts';
import type { DeepLink } from '@shared/model/deep-link.ts';
import type { ChatId } from '@shared/model/ids.ts';
import type { FaceOptions, FaceParts } from './face-parts.ts';
import type { WindowEvents } from './window-events.ts';

/** What the tray and links from outside have the window in front show. */
export function createOpening(options: FaceOptions, parts: FaceParts, events: WindowEvents) {
  return {
    openChat: (chatId: ChatId) => showChat(options, events, chatId),
    openLink: (link: DeepLink) => openLink(options, parts, events, link),
  };
}

function showChat(options: FaceOptions, events: WindowEvents, chatId: ChatId): void {
  events.send({ type: 'open-chat', chatId, messageId: null }, options.focusWindow());
}

/** Shows what a link asks for; whatever it is, the person decides. */
async function openLink(
  options: FaceOptions,
  { store, ownerId }: FaceParts,
  events: WindowEvents,
  link: DeepLink,
): Promise<void> {
  if (link.kind === 'new') {
    const { prompt, folder } = link;
    return events.keep({ type: 'link', prompt, folder }, options.focusWindow());
  }
  const chat = await store.call('loadSummary', { chatId: link.chatId, ownerId });
  const event: AppEvent = chat
    ? { type: 'open-chat', chatId: link.chatId, messageId: null }
    : { type: 'toast', message: 'The chat of this link is not here.' };
  events.keep(event, options.focusWindow());
}
