import { z } from 'zod';
import type { ChatId, WorkspaceId } from '../model/ids.ts';
import type { LocalWork } from '../model/local-work.ts';
import { LEAST_ZOOM, MOST_ZOOM } from '../model/zoom.ts';
import { call, feed, is } from './define.ts';
import * as s from './schemas.ts';

export interface Settings {
  readonly theme: 'system' | 'light' | 'dark';
  readonly contrast: 'system' | 'standard' | 'more';
  /** How large everything is; 1 is as it was designed. */
  readonly zoom: number;
  readonly notifications: boolean;
  /** Notifications make the system's sound. */
  readonly sound: boolean;
  /** A place beside the clock, where the desktop has one. */
  readonly tray: boolean;
  /** The machine does not go to sleep while chats run. */
  readonly keepAwake: boolean;
  /** Shortcuts that the person chose, by command: in place of those that it brings. */
  readonly keys: Readonly<Record<string, readonly string[]>>;
}

/** Encrypted by the system's key store, in a file of the person's as they are, or in memory until Gaffer quits. */
export type SecretsKept = 'system' | 'file' | 'memory';

/** What the window needs before it can draw anything. */
export interface AppInfo {
  readonly version: string;
  readonly platform: 'linux' | 'darwin' | 'win32';
  readonly runtime: string;
  /** Of the person, on this computer. */
  readonly homeDir: string;
  readonly settings: Settings;
  /** The workspace of the folder that was given on the command line, or the last one used. */
  readonly workspaceId: WorkspaceId | null;
  /** The command line named a folder, or a second start did: that is what the person came for. */
  readonly folderNamed: boolean;
  /** Why the folder on the command line could not be opened. */
  readonly folderProblem: string | null;
  readonly secrets: SecretsKept;
}

/** What main asks of the window. */
export type AppEvent =
  /** A notification was clicked, or a second start named a folder. */
  | { readonly type: 'open-chat'; readonly chatId: ChatId; readonly messageId: number | null }
  | { readonly type: 'open-workspace'; readonly workspaceId: WorkspaceId }
  | { readonly type: 'settings'; readonly settings: Settings }
  | { readonly type: 'secrets'; readonly kept: SecretsKept }
  | { readonly type: 'toast'; readonly message: string }
  /** A link from outside would fill this in. */
  | { readonly type: 'link'; readonly prompt: string; readonly folder: string | null }
  /** Gaffer is about to quit while this runs; without an answer by then (RFC 3339) it leaves it running. */
  | { readonly type: 'quitting'; readonly work: LocalWork; readonly answerBy: string };

export const appContract = {
  'app.info': call({ input: z.object({}), output: is<AppInfo>() }),
  /** `window`: the number in the page's address. What is meant for one window reaches no other. */
  'app.events': feed({
    input: z.object({ window: z.number().int().nullable().default(null) }),
    event: is<AppEvent>(),
  }),
  /**
   * Open while a window is in front, with the chat that it shows: no notification is shown for it, and none for what
   * every window shows. Never says anything.
   */
  'app.inFront': feed({ input: z.object({ chatId: s.chatId.nullable() }), event: is<never>() }),
  /** One more window, which shows the chat. */
  'app.newWindow': call({ input: z.object({ chatId: s.chatId.nullable() }), output: is<null>() }),
  /** To the question of `quitting`. */
  'app.answerQuit': call({
    input: z.object({ answer: z.enum(['stop', 'keep', 'cancel']) }),
    output: is<null>(),
  }),
  /** Opens a link in the browser after the person confirmed it. */
  'app.openExternal': call({
    input: z.object({ url: z.url({ protocol: /^https?$/ }) }),
    output: is<null>(),
  }),
  /** Where the system has no key store: in a file from now on, or in memory only. */
  'app.keepSecrets': call({ input: z.object({ inFile: z.boolean() }), output: is<SecretsKept>() }),
  /** What the person tells every agent on this computer, and the file that it stands in. */
  'app.instructions': call({
    input: z.object({}),
    output: is<{ file: string; text: string }>(),
    errors: ['failed'],
  }),
  /** Empty: nothing, and there is no file. */
  'app.setInstructions': call({
    input: z.object({ text: z.string().max(64 * 1024) }),
    output: is<null>(),
    errors: ['failed'],
  }),
  'settings.set': call({
    input: z.object({
      theme: z.enum(['system', 'light', 'dark']).optional(),
      contrast: z.enum(['system', 'standard', 'more']).optional(),
      zoom: z.number().min(LEAST_ZOOM).max(MOST_ZOOM).optional(),
      notifications: z.boolean().optional(),
      sound: z.boolean().optional(),
      tray: z.boolean().optional(),
      keepAwake: z.boolean().optional(),
      keys: z
        .record(z.string().min(1).max(64), z.array(z.string().min(1).max(40)).max(4).readonly())
        .refine((keys) => Object.keys(keys).length <= 500)
        .readonly()
        .optional(),
    }),
    output: is<Settings>(),
  }),
};
