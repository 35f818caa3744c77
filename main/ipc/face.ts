import type { AppInfo, Settings } from '@shared/contract/app.ts';
import type { ChatId } from '@shared/model/ids.ts';
import type { ApprovalMode, WorkspaceSummary } from '@shared/model/workspace.ts';
import { type ZoomWay, zoomed } from '@shared/model/zoom.ts';
import { errorFields } from '../base/log.ts';
import { type Attention, createAttention } from '../chatd/generation/attention.ts';
import type { LocalWorks } from '../workspaces/local-work.ts';
import type { Workspaces } from '../workspaces/registry.ts';
import { followCrew } from './crew.ts';
import type { FaceOptions, FaceParts } from './face-parts.ts';
import { createLeaving } from './leaving.ts';
import { createOpening } from './opening.ts';
import { createOwnInstructions } from './own-instructions.ts';
import { noticeOf, noticeOfGit, type QuestionNotice, tellQuestions } from './question-notices.ts';
import { createWindowEvents, tellFullDisk, type WindowEvents } from './window-events.ts';

const DEFAULT_SETTINGS: Settings = {
  theme: 'system',
  contrast: 'system',
  zoom: 1,
  notifications: true,
  sound: true,
  tray: true,
  keepAwake: true,
  keys: {},
};

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
  const tell = (id: string, notice: QuestionNotice) => {
    if (isUnseen())
      options.notify({
        ...notice,
        about: id,
        isUrgent: true,
        isSilent: !settings.sound,
        onClick: () => void options.focusWindow(),
      });
  };
  const questions = tellAll(parts, tell, (id) => options.takeBack(id));
  const crew = followCrew({ ...options, ...parts, tell: options.onCrew });
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
    watchEvents: events.watch,
    tell: (message: string) => events.keep({ type: 'toast', message }, null),
    enterFront: front.enter,
    /** What the system asks for, in the person's name. */
    opening: {
      ...createOpening(options, parts, events),
      openFolder: folder.open,
      mayLeave: leaving.mayLeave,
      async zoom(way: ZoomWay) {
        await saveSettings({ zoom: zoomed(settings.zoom, way) });
      },
    },
    close: () => Promise.all([crew.close(), questions.close()]).then(() => attention.close()),
    newWindow: (chatId: ChatId | null) => options.newWindow(chatId),
    onRefused: tellFullDisk(options.clock, events),
    openUrl: options.openUrl,
    answerQuit: leaving.answer,
    saveSettings,
    keepSecrets: secretsKeeper(options, events),
    instructions: createOwnInstructions(options.homeDir),
    info: async () => infoOf(options, settings, folder),
  };
}

function infoOf(
  options: FaceOptions,
  settings: Settings,
  folder: ReturnType<typeof createOpenedFolder>,
): AppInfo {
  return {
    version: options.version,
    platform: process.platform as AppInfo['platform'],
    runtime: options.runtime,
    homeDir: options.homeDir,
    settings,
    ...folder.state(),
    secrets: options.secrets.kept,
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
    takeBack: (chatId) => options.takeBack(chatId),
    notify({ chatId, messageId, asked, asks, title, body }) {
      const onClick = () => {
        const window = options.focusWindow();
        events.send({ type: 'open-chat', chatId, messageId }, window);
      };
      const onDeny = () => {
        const answer = { chatId, ownerId, decision: 'deny' as const, note: null };
        // Bound to what was asked then: what was answered or has changed since is left alone.
        if (asked) void store.call('answerCall', { ...answer, ...asked }).catch(logDenial);
      };
      const look = { about: chatId, isUrgent: asks, isSilent: !settings().sound };
      options.notify({ title, body, ...look, onClick, ...(asked ? { onDeny } : {}) });
    },
  });
}

/** Every window is told what came of it. */
function secretsKeeper({ secrets }: FaceOptions, events: WindowEvents) {
  return async (inFile: boolean) => {
    await secrets.keepInFile(inFile);
    const { kept } = secrets;
    events.send({ type: 'secrets', kept });
    return kept;
  };
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
function tellAll(
  { asker, git }: FaceParts,
  tell: (id: string, notice: QuestionNotice) => void,
  end: (id: string) => void,
) {
  const told = [
    tellQuestions(
      asker,
      (question) => tell(`host:${question.id}`, noticeOf(question)),
      (id) => end(`host:${id}`),
    ),
    tellQuestions(
      git.questions,
      (question) => tell(`git:${question.id}`, noticeOfGit(question)),
      (id) => end(`git:${id}`),
    ),
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

/** The folder that the command line, or a second start, asked for. */
function createOpenedFolder(workspaces: Workspaces, events: WindowEvents) {
  // One that can never be reached from here is another computer's.
  const isHere = ({ link }: WorkspaceSummary) => link.state !== 'down' || !link.final;
  const lastUsed = () => workspaces.list().find(isHere)?.id ?? null;
  let opened: Pick<AppInfo, 'workspaceId' | 'folderNamed' | 'folderProblem'> = {
    workspaceId: null,
    folderNamed: false,
    folderProblem: null,
  };
  return {
    // A folder that was asked for and refused is not replaced by another one.
    state: () =>
      opened.folderProblem === null ? { ...opened, workspaceId: opened.workspaceId ?? lastUsed() } : opened,
    async open(folder: string, approvals: ApprovalMode | null, window: number | null): Promise<void> {
      const result = await workspaces.openFolder(folder, approvals);
      if (result.ok) {
        opened = { workspaceId: result.value, folderNamed: true, folderProblem: null };
        events.send({ type: 'open-workspace', workspaceId: result.value }, window);
      } else {
        opened = { workspaceId: null, folderNamed: true, folderProblem: result.error.message };
        events.send({ type: 'toast', message: result.error.message }, window);
      }
    },
  };
}
