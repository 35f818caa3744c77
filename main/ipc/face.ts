import type { AppEvent, AppInfo, Settings } from '@shared/contract/app.ts';
import type { ChatId, OwnerId } from '@shared/model/ids.ts';
import type { ApprovalMode, WorkspaceSummary } from '@shared/model/workspace.ts';
import { type ZoomWay, zoomed } from '@shared/model/zoom.ts';
import { createBroadcast } from '../base/broadcast.ts';
import type { Clock } from '../base/clock.ts';
import { errorFields, type Log } from '../base/log.ts';
import { type Attention, createAttention } from '../chatd/generation/attention.ts';
import type { ChatStore } from '../chatd/machine/store.ts';
import type { DatabaseFaultCode } from '../db/fault.ts';
import type { SettingOperations } from '../db/settings.ts';
import type { Store } from '../db/store.ts';
import type { GitQuestions } from '../git/questions.ts';
import type { Models } from '../models/accounts.ts';
import type { Asker } from '../ssh/asker.ts';
import type { LocalWorks } from '../workspaces/local-work.ts';
import type { Workspaces } from '../workspaces/registry.ts';
import { createLeaving } from './leaving.ts';
import { noticeOf, noticeOfGit, type QuestionNotice, tellQuestions } from './question-notices.ts';

/** Chats that wait together are one message. */
const TELL_AGAIN_MS = 10_000;
const DEFAULT_SETTINGS: Settings = {
  theme: 'system',
  contrast: 'system',
  zoom: 1,
  notifications: true,
  keys: {},
};

/** What the person's side of the daemon is given by the app around it. */
export interface FaceOptions {
  readonly secrets: { readonly persist: boolean };
  /** There are windows, or may be: somebody can answer. */
  readonly attended: boolean;
  /** `onDeny`: of a question that may be denied without looking at it. To allow it, one looks. */
  notify(notification: { title: string; body: string; onClick(): void; onDeny?(): void }): void;
  /** Brings the window that was in front last to the front, and answers its number. */
  focusWindow(): number | null;
  newWindow(chatId: ChatId | null): void;
  openUrl(url: string): Promise<void>;
  onSettings(settings: Settings): void;
  readonly clock: Clock;
  readonly log: Log;
  /** From the command line; opened before the window asks. */
  readonly folder: string | null;
  readonly approvals: ApprovalMode | null;
  readonly homeDir: string;
  readonly version: string;
  readonly runtime: string;
}

interface FaceParts {
  readonly store: ChatStore & Store<SettingOperations>;
  readonly ownerId: OwnerId;
  readonly models: Models;
  readonly workspaces: Workspaces;
  readonly asker: Pick<Asker, 'watch'>;
  readonly localWorks: LocalWorks;
  readonly git: { readonly questions: Pick<GitQuestions, 'watch'> };
}

/** What is one for the whole app towards the person: settings, notifications, the folder that was opened. */
export async function openFace(options: FaceOptions, parts: FaceParts) {
  const { store, models, workspaces } = parts;
  const stored = (await store.call('loadSetting', { key: 'window' })) as Partial<Settings> | null;
  let settings: Settings = { ...DEFAULT_SETTINGS, ...stored };
  const events = createWindowEvents();
  const attention = openAttention(options, parts, () => settings, events);
  const front = createFront(attention);
  // Every window shows it: one that is in front is enough.
  const isUnseen = () => settings.notifications && !front.isTaken();
  const questions = tellAll(parts, (notice) => {
    if (isUnseen()) options.notify({ ...notice, onClick: () => void options.focusWindow() });
  });
  const leaving = askBeforeQuit(options, parts.localWorks, events);
  const folder = createOpenedFolder(workspaces, events);
  if (options.folder) await folder.open(options.folder, options.approvals, null);
  const saveSettings = async (change: Partial<Settings>) => {
    settings = { ...settings, ...change };
    await store.call('saveSetting', { key: 'window', value: settings });
    options.onSettings(settings);
    events.send({ type: 'settings', settings });
    return settings;
  };
  return {
    models,
    attention,
    settings: () => settings,
    openFolder: folder.open,
    watchEvents: events.watch,
    enterFront: front.enter,
    close: () => questions.close().then(() => attention.close()),
    newWindow: (chatId: ChatId | null) => options.newWindow(chatId),
    onRefused: tellFullDisk(options.clock, events),
    openUrl: options.openUrl,
    mayLeave: leaving.mayLeave,
    answerQuit: leaving.answer,
    saveSettings,
    async zoom(way: ZoomWay) {
      await saveSettings({ zoom: zoomed(settings.zoom, way) });
    },
    info: async (): Promise<AppInfo> => ({
      version: options.version,
      platform: process.platform as AppInfo['platform'],
      runtime: options.runtime,
      homeDir: options.homeDir,
      settings,
      ...folder.state(),
      secretsPersist: options.secrets.persist,
    }),
  };
}

/** Chats that want the person, told by the system; a click leads to the row. */
function openAttention(
  options: FaceOptions,
  { store, ownerId }: FaceParts,
  settings: () => Settings,
  events: WindowEvents,
): Attention {
  const logDenial = (error: unknown) => options.log.warn('a call was not denied', errorFields(error));
  return createAttention({
    store,
    ownerId,
    log: options.log,
    enabled: () => settings().notifications,
    notify({ chatId, messageId, asked, title, body }) {
      const onClick = () => {
        const window = options.focusWindow();
        events.send({ type: 'open-chat', chatId, messageId }, window);
      };
      const onDeny = () => {
        const answer = { chatId, ownerId, decision: 'deny' as const, note: null };
        // Bound to what was asked then: what was answered or has changed since is left alone.
        if (asked) void store.call('answerCall', { ...answer, ...asked }).catch(logDenial);
      };
      options.notify({ title, body, onClick, ...(asked ? { onDeny } : {}) });
    },
  });
}

/** In the window that was in front last. */
function askBeforeQuit(options: FaceOptions, works: LocalWorks, events: WindowEvents) {
  return createLeaving({
    ...options,
    works,
    ask(event) {
      const window = options.focusWindow();
      if (window !== null) events.send(event, window);
      return window !== null;
    },
  });
}

/** What connections wait for, and git. */
function tellAll({ asker, git }: FaceParts, tell: (notice: QuestionNotice) => void) {
  const told = [
    tellQuestions(asker, (question) => tell(noticeOf(question))),
    tellQuestions(git.questions, (question) => tell(noticeOfGit(question))),
  ];
  return { close: () => Promise.all(told.map((one) => one.close())) };
}

/** The windows that are in front of the person, and the chats in them. */
function createFront(attention: Attention) {
  const windows = new Set<object>();
  return {
    isTaken: () => windows.size > 0,
    enter(chatId: ChatId | null): () => void {
      const window = {};
      windows.add(window);
      const leave = chatId === null ? () => {} : attention.enterFront(chatId);
      return () => {
        windows.delete(window);
        leave();
      };
    },
  };
}

interface WindowEvents {
  /** To the window of this number; without one to all. */
  send(event: AppEvent, to?: number | null): void;
  watch(window: number | null, signal: AbortSignal): AsyncIterable<AppEvent>;
}

function createWindowEvents(): WindowEvents {
  const all = createBroadcast<{ readonly event: AppEvent; readonly to: number | null }>();
  return {
    send: (event, to = null) => all.send({ event, to }),
    async *watch(window, signal) {
      for await (const { event, to } of all.watch(signal))
        if (to === null || window === null || to === window) yield event;
    },
  };
}

/** A chat that waits for room on the disk looks as if it worked: the window says why. */
function tellFullDisk(clock: Clock, events: WindowEvents) {
  let toldAt = Number.NEGATIVE_INFINITY;
  return (code: DatabaseFaultCode) => {
    if (code !== 'disk-full' || clock.now() - toldAt < TELL_AGAIN_MS) return;
    toldAt = clock.now();
    const message = 'The disk is full: chats wait. They go on by themselves when there is room again.';
    events.send({ type: 'toast', message });
  };
}

/** The folder that the command line, or a second start, asked for. */
function createOpenedFolder(workspaces: Workspaces, events: WindowEvents) {
  // One that can never be reached from here is another computer's.
  const isHere = ({ link }: WorkspaceSummary) => link.state !== 'down' || !link.final;
  const lastUsed = () => workspaces.list().find(isHere)?.id ?? null;
  let opened: Pick<AppInfo, 'workspaceId' | 'folderProblem'> = { workspaceId: null, folderProblem: null };
  return {
    // A folder that was asked for and refused is not replaced by another one.
    state: () =>
      opened.folderProblem === null ? { ...opened, workspaceId: opened.workspaceId ?? lastUsed() } : opened,
    async open(folder: string, approvals: ApprovalMode | null, window: number | null): Promise<void> {
      const result = await workspaces.openFolder(folder, approvals);
      if (result.ok) {
        opened = { workspaceId: result.value, folderProblem: null };
        events.send({ type: 'open-workspace', workspaceId: result.value }, window);
      } else {
        opened = { workspaceId: null, folderProblem: result.error.message };
        events.send({ type: 'toast', message: result.error.message }, window);
      }
    },
  };
}
