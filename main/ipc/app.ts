import type { AppEvent, AppInfo, SecretsKept, Settings } from '@shared/contract/app.ts';
import type { ChatId } from '@shared/model/ids.ts';
import type { QuitAnswer } from '@shared/model/local-work.ts';
import { ok } from '@shared/util/result.ts';
import { createEventQueue } from '../base/event-queue.ts';
import type { CallHandlers, FeedHandlers } from './handlers.ts';
import type { OwnInstructions } from './own-instructions.ts';

export interface AppHandlerDeps {
  info(): Promise<AppInfo>;
  /** What is meant for the window of this number, or for all. Null: everything. */
  watchEvents(window: number | null, signal: AbortSignal): AsyncIterable<AppEvent>;
  /** Some window is in front, with this chat, until the answer is called. */
  enterFront(chatId: ChatId | null): () => void;
  newWindow(chatId: ChatId | null): void;
  openUrl(url: string): Promise<void>;
  answerQuit(answer: QuitAnswer): void;
  readonly instructions: OwnInstructions;
  keepSecrets(inFile: boolean): Promise<SecretsKept>;
  saveSettings(change: Partial<Settings>): Promise<Settings>;
}

type Names = `app.${string}` | `settings.${string}`;
type AppCalls = Pick<CallHandlers, Extract<keyof CallHandlers, Names>>;
type AppFeeds = Pick<FeedHandlers, Extract<keyof FeedHandlers, Names>>;

export function appFeeds(deps: AppHandlerDeps): AppFeeds {
  return {
    'app.events': ({ window }, signal) => deps.watchEvents(window, signal),
    'app.inFront': ({ chatId }, signal) => holdFront(deps, chatId, signal),
  };
}

export function appCalls(deps: AppHandlerDeps): AppCalls {
  return {
    'app.info': async () => ok(await deps.info()),
    'app.newWindow': async ({ chatId }) => {
      deps.newWindow(chatId);
      return ok(null);
    },
    'app.answerQuit': async ({ answer }) => {
      deps.answerQuit(answer);
      return ok(null);
    },
    'app.openExternal': async ({ url }) => {
      await deps.openUrl(url);
      return ok(null);
    },
    'app.keepSecrets': async ({ inFile }) => ok(await deps.keepSecrets(inFile)),
    'app.instructions': () => deps.instructions.load(),
    'app.setInstructions': ({ text }) => deps.instructions.save(text),
    'settings.set': async (change) => ok(await deps.saveSettings(given(change))),
  };
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without what was not said. */
function given<T extends object>(change: T): Given<T> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as Given<T>;
}

/** As long as the window keeps the feed: one that is closed, reloaded or gone holds nothing. */
async function* holdFront(
  deps: Pick<AppHandlerDeps, 'enterFront'>,
  chatId: ChatId | null,
  signal: AbortSignal,
): AsyncGenerator<never> {
  const leave = deps.enterFront(chatId);
  try {
    yield* createEventQueue<never>(signal);
  } finally {
    leave();
  }
}
