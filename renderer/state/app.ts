import type { AppEvent, AppInfo, Settings } from '@shared/contract/app.ts';
import { never } from '@shared/util/never.ts';
import { createStore } from 'zustand/vanilla';
import { call, watchFeed } from '../lib/bridge.ts';
import { openChat, openNew } from './nav.ts';
import { announce, toast } from './toasts.ts';

export interface App {
  readonly info: AppInfo | null;
  readonly settings: Settings;
  /** Why the window could not start; a sentence. */
  readonly failure: string | null;
  /** The bell is being switched. */
  readonly switching: boolean;
  /** Why the folder on the command line could not be opened; null once another place was chosen. */
  readonly folderProblem: string | null;
}

export const appStore = createStore<App>(() => ({
  info: null,
  settings: { theme: 'system', notifications: true },
  failure: null,
  switching: false,
  folderProblem: null,
}));

/** Loads what the window needs to draw and follows what main asks of it. */
export async function startApp(): Promise<void> {
  appStore.setState({ failure: null });
  const answer = await call('app.info', {});
  if (!answer.ok) {
    appStore.setState({ failure: answer.error.message });
    return;
  }
  const info = answer.value;
  appStore.setState({ info, settings: info.settings, folderProblem: info.folderProblem });
  openNew(info.workspaceId);
  if (info.folderProblem) announce(info.folderProblem);
  watchFeed('app.events', {}, { onEvents: (events) => events.forEach(obey) });
}

function obey(event: AppEvent): void {
  switch (event.type) {
    case 'open-chat':
      return openChat(event.chatId, event.messageId);
    case 'open-workspace':
      forgetFolderProblem();
      return openNew(event.workspaceId);
    case 'settings':
      return appStore.setState({ settings: event.settings });
    case 'toast':
      return toast(event.message);
    default:
      return never(event);
  }
}

export function forgetFolderProblem(): void {
  appStore.setState({ folderProblem: null });
}

export async function setSettings(change: Partial<Settings>): Promise<void> {
  const before = appStore.getState().settings;
  appStore.setState({ settings: { ...before, ...change }, switching: true });
  const answer = await call('settings.set', change);
  if (answer.ok) return appStore.setState({ settings: answer.value, switching: false });
  appStore.setState({ settings: before, switching: false });
  toast(answer.error.message);
}
