import { createWish } from './wish.ts';

/** The newest row of the chat that is open. */
export const jumpToLatest = createWish();
/** The chat below (1) or above (-1) the open one, in the order of the tree. */
export const stepChat = createWish<1 | -1>();
/** The title of the open chat becomes a text field. */
export const editTitle = createWish();
/** The text field above the tree. */
export const focusSearch = createWish();
