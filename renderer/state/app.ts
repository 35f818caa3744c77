import type { AppEvent, AppInfo, Settings } from '@shared/contract/app.ts';
import type { ChatId } from '@shared/model/ids.ts';
import type { QuitAnswer } from '@shared/model/local-work.ts';
import { never } from '@shared/util/never.ts';
import { createStore } from 'zustand/vanilla';
import { call, watchFeed } from '../lib/bridge.ts';
import { draftStore, loadDraft, setDraft } from './drafts.ts';
import { lastKnown } from './last-known.ts';
import { keepShown, lastShown } from './last-shown.ts';
import { navStore, openChat, openFirst, openNew } from './nav.ts';
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
  /** Gaffer is about to quit and asks. */
  /** What a link from outside would fill in. */
  readonly link: { readonly prompt: string; readonly folder: string | null } | null;
  readonly quitting: Omit<Extract<AppEvent, { type: 'quitting' }>, 'type'> | null;
}

export const appStore = createStore<App>(() => ({
  info: null,
  settings: {
    theme: lastKnown?.theme ?? 'system',
    contrast: lastKnown?.contrast ?? 'system',
    zoom: 1,
    notifications: true,
    sound: true,
    tray: true,
    keepAwake: true,
    keys: {},
  },
  failure: null,
  switching: false,
  folderProblem: null,
  quitting: null,
  link: null,
}));

/** Loads what the window needs to draw and follows what main asks of it. */
export async function startApp(): Promise<void> {
  appStore.setState({ failure: null });
  const { route } = navStore.getState();
  const answer = await call('app.info', {});
  if (!answer.ok) {
    appStore.setState({ failure: answer.error.message });
    return;
  }
  const info = answer.value;
  appStore.setState({ info, settings: info.settings, folderProblem: info.folderProblem });
  const { window, chatId } = thisWindow();
  // Who chose a chat in the last-known tree meanwhile stays there.
  if (navStore.getState().route === route) {
    const shown = window === FIRST_WINDOW && !info.folderNamed ? lastShown() : null;
    if (chatId) openFirst({ view: 'chat', chatId, messageId: null });
    else openFirst(shown?.route ?? { view: 'new', workspaceId: info.workspaceId }, shown);
  }
  keepShown();
  if (info.folderProblem) announce(info.folderProblem);
  watchFeed('app.events', { window }, { onEvents: (events) => events.forEach(obey) });
}

/** The one that is there from the start: it shows what was open when Gaffer was quit. */
const FIRST_WINDOW = 1;

/** What main wrote into the address of the page: which window it is, and the chat that it was opened for. */
function thisWindow(): { readonly window: number | null; readonly chatId: ChatId | null } {
  const query = new URLSearchParams(location.search);
  return { window: Number(query.get('window')) || null, chatId: query.get('chat') as ChatId | null };
}

/** One more window, which shows the chat; without one, the chat that is open here. */
export async function newWindow(chatId: ChatId | null = openChatId()): Promise<void> {
  const answer = await call('app.newWindow', { chatId });
  if (!answer.ok) toast(answer.error.message);
}

function openChatId(): ChatId | null {
  const { route } = navStore.getState();
  return route.view === 'chat' ? route.chatId : null;
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
    case 'secrets': {
      const { info } = appStore.getState();
      return appStore.setState({ info: info && { ...info, secrets: event.kept } });
    }
    case 'toast':
      return toast(event.message);
    case 'link':
      // The tray asks for a new chat, and no more.
      if (event.prompt === '' && event.folder === null) return openNew();
      return appStore.setState({ link: { prompt: event.prompt, folder: event.folder } });
    case 'quitting':
      return appStore.setState({ quitting: event });
    default:
      return never(event);
  }
}

/** The question stays while what runs is stopped: the window goes with the app. */
export async function answerQuit(answer: QuitAnswer): Promise<void> {
  if (answer === 'cancel') appStore.setState({ quitting: null });
  await call('app.answerQuit', { answer });
}

export function dismissLink(): void {
  appStore.setState({ link: null });
}

/** Fills in a new chat, behind what is typed there already. Answers why the folder cannot be used. */
export async function takeLink({ prompt, folder }: NonNullable<App['link']>): Promise<string | null> {
  const opened = folder === null ? null : await call('workspaces.openFolder', { path: folder });
  if (opened && !opened.ok) return opened.error.message;
  await loadDraft('new');
  const typed = draftStore.getState().texts['new'] ?? '';
  if (prompt !== '') setDraft('new', [typed.trimEnd(), prompt].filter((text) => text !== '').join('\n\n'));
  dismissLink();
  openNew(opened?.value.workspaceId ?? null);
  return null;
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
