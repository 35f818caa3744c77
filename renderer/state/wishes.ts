import type { ChatId } from '@shared/model/ids.ts';
import { createWish } from './wish.ts';

/** The newest row of the chat that is open. */
export const jumpToLatest = createWish();
/** The person's message after (1) or before (-1) what is looked at in the open chat. */
export const stepMessage = createWish<1 | -1>();
/** The chat below (1) or above (-1) the open one, in the order of the tree. */
export const stepChat = createWish<1 | -1>();
/** The title of the open chat becomes a text field. */
export const editTitle = createWish();
/** What stands below the message that is being written, by its accessible name: it is opened. */
export const openInComposer = createWish<'Attach' | 'Model' | 'Effort' | 'Approval mode'>();
/** The text field above the tree. */
export const focusSearch = createWish();
/** A text is looked for in this chat, which may not have been loaded yet. */
export const findInChat = createWish<ChatId>();
