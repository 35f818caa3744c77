import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { ChatId } from '@shared/model/ids.ts';
import { app, type BrowserWindow } from 'electron';
import { beginDaemon } from './assembly/begin-daemon.ts';
import { systemClock } from './base/clock.ts';
import { forgetFailpoints } from './base/failpoints.ts';
import { errorFields, type Log } from './base/log.ts';
import { systemRandom } from './base/random.ts';
import type { Daemon, DaemonOptions } from './daemon.ts';
import { type Arguments, packed, parseArguments, unpacked } from './shell/arguments.ts';
import { askAfterFailure } from './shell/ask-after-failure.ts';
import { closeInOrder } from './shell/close-in-order.ts';
import { parseDeepLink, SCHEME } from './shell/deep-link.ts';
import { createDesktop, type Desktop } from './shell/desktop.ts';
import { createDialogs } from './shell/file-dialogs.ts';
import { openLogFile } from './shell/log-file.ts';
import { installMenu } from './shell/menu.ts';
import { createNotifier } from './shell/notify.ts';
import { watchPower } from './shell/power.ts';
import { openSecrets } from './shell/secrets.ts';
import { serveWindow } from './shell/transport.ts';
import { defaultUserDataDir } from './shell/user-data.ts';
import { createWindows, denyNavigation, openInBrowser, type Windows } from './shell/windows.ts';

/** A window that does not paint holds up nothing else. */
const PAINT_WITHIN_MS = 3_000;
/** `out/` in a checkout, the same tree inside a package. */
const out = path.resolve(import.meta.dirname, '..');

if (app.isPackaged) forgetFailpoints();

// Nothing here awaits at top level: Electron is ready only after this file has run.
const given = parseArguments(process.argv.slice(process.defaultApp ? 2 : 1), process.cwd());
if (given.problem !== null) {
  process.stderr.write(`${given.problem}\n`);
  app.exit(2);
} else {
  begin(given);
}

function begin(args: Arguments): void {
  const surroundings = { platform: process.platform, env: process.env, homeDir: os.homedir() };
  const dataDir = args.userDataDir ?? defaultUserDataDir(surroundings);
  app.setName('Gaffer');
  app.setAppUserModelId('dev.gaffer.app');
  const unusable = makeDataDir(dataDir);
  // Chromium needs a place of its own even to show why ours cannot be used.
  const home = unusable === null ? dataDir : fs.mkdtempSync(path.join(os.tmpdir(), 'gaffer-'));
  app.setPath('userData', home);
  app.setPath('sessionData', path.join(home, 'browser'));
  if (unusable === null && !app.requestSingleInstanceLock(packed(args))) {
    process.stderr.write('Gaffer is running already: its window was brought to the front.\n');
    app.exit(0);
    return;
  }
  const log = openLogFile(path.join(home, 'logs', 'main.log'));
  log.info('starting', {
    version: app.getVersion(),
    electron: process.versions.electron,
    pid: process.pid,
  });
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => log.error(event, errorFields(error)));
  }
  runApp({ args, dataDir, unusable, log });
}

/** Null, or why the data directory cannot be used. */
function makeDataDir(dir: string): unknown {
  try {
    fs.mkdirSync(path.join(dir, 'logs'), { recursive: true, mode: 0o700 });
    fs.accessSync(dir, fs.constants.R_OK | fs.constants.W_OK | fs.constants.X_OK);
    return null;
  } catch (error) {
    return error;
  }
}

/** What the parts below share: one process, its windows, one daemon at a time. */
interface Run {
  readonly args: Arguments;
  readonly dataDir: string;
  /** Why the data directory cannot be used; null: it can. */
  readonly unusable: unknown;
  readonly log: Log;
  readonly windows: Windows;
  readonly desktop: Desktop;
  daemon: Promise<Daemon>;
}

function runApp(given: Pick<Run, 'args' | 'dataDir' | 'unusable' | 'log'>): void {
  const windows = createWindows({
    stateFile: path.join(given.dataDir, 'window.json'),
    preloadFile: path.join(out, 'preload/index.cjs'),
    pageFile: path.join(out, 'renderer/index.html'),
    clock: systemClock,
    log: given.log,
  });
  const opened = () => {
    show(run);
    run.windows.focus();
  };
  const tray = {
    open: opened,
    openChat: (chatId: ChatId) =>
      void run.daemon.then((daemon) => daemon.openChat(chatId)).catch(() => undefined),
    newChat() {
      opened();
      openLink(run, `${SCHEME}://new`);
    },
    quit: () => app.quit(),
  };
  const desktop = createDesktop(tray, windows.all, given.log);
  const run: Run = { ...given, windows, desktop, daemon: Promise.reject(given.unusable) };
  const start = daemonStarter(run);
  run.daemon.catch(() => undefined);

  closeInOrder(run);
  welcomeSecondStart(run);
  denyNavigation();
  serveWindow({
    handlers: () => run.daemon,
    isOurs: (frame) => windows.isOurs(frame),
    clock: systemClock,
    log: run.log,
  });
  open(run, start).catch((error: unknown) => {
    run.log.error('the window did not open', errorFields(error));
    app.exit(1);
  });
}

type StartDaemon = (after?: Promise<void>) => void;

/**
 * The returned function starts the daemon into `run.daemon`; again after a failure. Its code is read only then: before
 * that it would hold up the window.
 */
function daemonStarter(run: Run): StartDaemon {
  const { args, dataDir, log } = run;
  const notifier = createNotifier(log);
  app.once('will-quit', () => notifier.close());
  const options: DaemonOptions = {
    dataDir,
    dbWorkerFile: path.join(out, 'main/db-worker.js'),
    preparedDir: path.join(out, 'resources'),
    agentFile: path.join(out, 'agent/agent.cjs'),
    nodePath: process.execPath,
    env: process.env,
    homeDir: os.homedir(),
    secrets: openSecrets(path.join(dataDir, 'secrets.json')),
    attended: true,
    notify: (notice) => notifier.show(notice),
    takeBack: (about) => notifier.takeBack(about),
    onCrew: (crew) => run.desktop.show(crew),
    focusWindow: () => run.windows.focus(),
    newWindow: (chatId) => run.windows.open(chatId),
    ...createDialogs(() => run.windows.last()?.browserWindow ?? null),
    openUrl: openInBrowser,
    onSettings(settings) {
      run.windows.setLook(settings);
      run.desktop.set(settings);
    },
    clock: systemClock,
    random: systemRandom,
    log,
    folder: args.folder,
    approvals: args.approvals,
    version: app.getVersion(),
    runtime: `Electron ${process.versions.electron}`,
  };
  const begin = async () => {
    const begun = beginDaemon(options);
    const { startDaemon } = await import('./daemon.ts');
    return await startDaemon(options, begun);
  };
  return (after = Promise.resolve()) => {
    run.daemon = after.then(begin);
    run.daemon.catch(() => undefined); // `open` reports it
  };
}

/** Shows the window; when the daemon cannot start or is lost, why, until it works or the person gives up. */
async function open(run: Run, start: StartDaemon): Promise<void> {
  await app.whenReady();
  installMenu({
    newWindow: () => run.windows.open(),
    zoom: (way) => void run.daemon.then((daemon) => daemon.zoom(way)).catch(() => undefined),
  });
  watchPower(() => void run.daemon.then((daemon) => daemon.wake()).catch(() => undefined));
  if (run.unusable === null) {
    show(run);
    start(firstPaint(run.windows.last()?.browserWindow));
  }
  for (;;) {
    try {
      const daemon = await run.daemon;
      run.windows.setLook(daemon.settings);
      run.desktop.set(daemon.settings);
      const fault = await Promise.race([daemon.lost, daemon.restored]);
      // What still runs in it can only fail; the chats go on when the database is open again.
      await daemon.close().catch(() => undefined);
      if (fault) throw fault;
      // The next one opens what was restored; the windows begin anew with it.
      start();
      run.windows.reload();
    } catch (error) {
      run.log.error('the daemon is not there', errorFields(error));
      const { choice, failure } = await askAfterFailure(error, {
        ...run,
        workerFile: path.join(out, 'main/backup-worker.js'),
        onShown: () => run.windows.destroyAll(),
      });
      if (choice === 'quit') return app.quit();
      // A data directory that could not even be made is tried from the very beginning.
      if (run.unusable !== null) {
        app.relaunch();
        return app.quit();
      }
      start();
      show(run);
      failure.close();
    }
  }
}

/** The machine belongs to the first window until it shows its page, or is gone. */
async function firstPaint(window: BrowserWindow | undefined): Promise<void> {
  const bound = new AbortController();
  const late = systemClock.sleep(PAINT_WITHIN_MS, bound.signal).catch(() => undefined);
  const painted = new Promise<void>((resolve) => {
    window?.once('ready-to-show', () => resolve());
    window?.once('closed', () => resolve());
  });
  await Promise.race([painted, late]);
  bound.abort();
}

function show(run: Run): void {
  if (run.windows.last() === null) run.windows.open();
}

/** Anybody may have written it: what is not understood is left alone. */
function openLink(run: Run, text: string): void {
  const link = parseDeepLink(text);
  if (!link) return run.log.warn('a link that asks for nothing Gaffer does');
  const opened = () => run.daemon.then((daemon) => daemon.openLink(link));
  void app
    .whenReady()
    .then(opened)
    .catch((error: unknown) => run.log.error('a link was not opened', errorFields(error)));
}

function welcomeSecondStart(run: Run): void {
  app.on('second-instance', (_event, _argv, _directory, raw) => {
    const window = run.windows.focus();
    const data = unpacked(raw);
    if (typeof data?.link === 'string') openLink(run, data.link);
    const folder = data?.folder ?? null;
    if (folder === null) return;
    run.daemon
      .then((daemon) => daemon.openFolder(folder, data?.approvals ?? null, window))
      .catch((error: unknown) => {
        run.log.error('the folder of a second start was not opened', errorFields(error));
      });
  });
  // macOS hands links over so.
  app.on('open-url', (event, url) => {
    event.preventDefault();
    run.windows.focus();
    openLink(run, url);
  });
  // A checkout's Electron is nobody's program for links.
  if (app.isPackaged) app.setAsDefaultProtocolClient(SCHEME);
  if (run.args.link !== null) openLink(run, run.args.link);
  // macOS: the app lives on without a window.
  app.on('activate', () => {
    if (app.isReady()) show(run);
    run.windows.focus();
  });
}
