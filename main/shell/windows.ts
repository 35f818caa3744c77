import type { ChatId } from '@shared/model/ids.ts';
import { app, type BrowserWindow, shell, type WebFrameMain } from 'electron';
import type { Clock } from '../base/clock.ts';
import { type Look, type MainWindow, openWindow, type WindowOptions } from './window.ts';

const PAGE_GOES_WITHIN_MS = 1_000;
/** Each further window stands a little lower and to the right of the one before. */
const STEP_PX = 28;

/** All windows of the app. Each has its own page, its own feeds and its own open chat. */
export interface Windows {
  /** One more; `chatId`: the chat that it shows at once. */
  open(chatId?: ChatId | null): void;
  /** The one that was in front last; null: there is none. */
  last(): MainWindow | null;
  all(): readonly BrowserWindow[];
  /** Brings that one to the front and answers its number, by which the daemon addresses it. */
  focus(): number | null;
  setLook(look: Look): void;
  /** True for the one frame of each window that may speak to main. */
  isOurs(frame: WebFrameMain | null): boolean;
  /** Every page begins anew. */
  reload(): void;
  destroyAll(): void;
  /** While a page goes it saves what was typed last: the daemon must still be there. One that hangs is left behind. */
  letGo(signal: AbortSignal): Promise<void>;
}

export function createWindows(options: WindowOptions & { readonly clock: Clock }): Windows {
  /** The one that was in front last stands last. */
  let windows: readonly MainWindow[] = [];
  let isLetGo = false;
  const last = () => windows.at(-1) ?? null;
  return {
    last,
    all: () => windows.map(({ browserWindow }) => browserWindow),
    open(chatId = null) {
      const opened = openWindow(options, { chatId, offsetPx: windows.length * STEP_PX });
      windows = [...windows, opened];
      const others = () => windows.filter((window) => window !== opened);
      opened.browserWindow.on('focus', () => {
        windows = [...others(), opened];
      });
      opened.browserWindow.on('close', (event) => {
        // The last one stays until it is decided that the app quits: it may have to ask.
        if (isLetGo || others().length > 0 || process.platform === 'darwin') return;
        event.preventDefault();
        app.quit();
      });
      opened.browserWindow.on('closed', () => {
        windows = others();
      });
    },
    focus() {
      last()?.focus();
      return last()?.number ?? null;
    },
    setLook(look) {
      for (const window of windows) window.setLook(look);
    },
    isOurs: (frame) => windows.some((window) => window.isOurs(frame)),
    reload() {
      for (const { browserWindow } of windows) browserWindow.reload();
    },
    destroyAll() {
      for (const window of windows) window.browserWindow.destroy();
    },
    async letGo(signal) {
      isLetGo = true;
      const gone = windows.map(({ browserWindow }) => goneOf(browserWindow));
      const late = options.clock.sleep(PAGE_GOES_WITHIN_MS, signal).catch(() => undefined);
      await Promise.race([Promise.all(gone), late]);
    },
  };
}

function goneOf(page: BrowserWindow): Promise<void> {
  return new Promise((resolve) => {
    page.once('closed', () => resolve());
    page.hide();
    page.close();
  });
}

/** For every page that this app ever shows; called once, before the first window. */
export function denyNavigation(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event) => event.preventDefault());
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
}

/** Hands a link to the system's browser. Only the web: other schemes start programs. */
export async function openInBrowser(url: string): Promise<void> {
  const { protocol } = new URL(url);
  if (protocol === 'https:' || protocol === 'http:') await shell.openExternal(url);
}
