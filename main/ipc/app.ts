import type { AppEvent, AppInfo, Settings } from '@shared/contract/app.ts';
import type { ChatId } from '@shared/model/ids.ts';
import { ok } from '@shared/util/result.ts';
import type { Models } from '../models/accounts.ts';
import type { CallHandlers, FeedHandlers } from './handlers.ts';

export interface AppHandlerDeps {
  info(): Promise<AppInfo>;
  watchEvents(signal: AbortSignal): AsyncIterable<AppEvent>;
  setInFront(chatId: ChatId | null): void;
  openUrl(url: string): Promise<void>;
  saveSettings(change: Partial<Settings>): Promise<Settings>;
  readonly models: Models;
}

type Names = `app.${string}` | `settings.${string}` | `models.${string}` | `accounts.${string}`;
type AppCalls = Pick<CallHandlers, Extract<keyof CallHandlers, Names>>;
type AppFeeds = Pick<FeedHandlers, Extract<keyof FeedHandlers, Names>>;

export function appFeeds(deps: AppHandlerDeps): AppFeeds {
  return {
    'app.events': (_input, signal) => deps.watchEvents(signal),
    'models.watch': (_input, signal) => deps.models.watch(signal),
  };
}

export function appCalls(deps: AppHandlerDeps): AppCalls {
  const { models } = deps;
  return {
    'app.info': async () => ok(await deps.info()),
    'app.inFront': async ({ chatId }) => {
      deps.setInFront(chatId);
      return ok(null);
    },
    'app.openExternal': async ({ url }) => {
      await deps.openUrl(url);
      return ok(null);
    },
    'settings.set': async ({ theme, notifications }) =>
      ok(
        await deps.saveSettings({
          ...(theme === undefined ? {} : { theme }),
          ...(notifications === undefined ? {} : { notifications }),
        }),
      ),
    'models.setDefault': ({ modelConfigId }) => models.setDefault(modelConfigId),
    'accounts.add': (input) => models.add(input),
    'accounts.setKey': ({ providerId, key }) => models.setKey(providerId, key),
    'accounts.setEnabled': ({ providerId, enabled }) => models.setEnabled(providerId, enabled),
    'accounts.remove': ({ providerId }) => models.remove(providerId),
  };
}
