import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ChatId } from '@shared/model/ids.ts';
import { app, BrowserWindow, nativeTheme, type Session, screen, session } from 'electron';
import { errorFields, type Log } from '../base/log.ts';
import {
  MIN_HEIGHT,
  MIN_WIDTH,
  placeOn,
  readWindowState,
  type WindowState,
  writeWindowState,
} from './window-state.ts';

const REMEMBER_AFTER_MS = 500;
/** Of the page's title bar. */
const BAR_HEIGHT = 40;
const FIRST_SIZE = { width: 1280, height: 820 };

/** The colours of the page's own background and title bar, so that nothing flashes before it paints. */
const COLOURS = {
  dark: { back: '#151719', bar: '#0e1013', ink: '#cacccf' },
  light: { back: '#fcfcfd', bar: '#f2f3f5', ink: '#2c2f34' },
};

export interface WindowOptions {
  /** Remembers size, place and theme. */
  readonly stateFile: string;
  readonly preloadFile: string;
  /** The only page that the window ever shows. */
  readonly pageFile: string;
  readonly log: Log;
}

/** What of the settings the window itself follows. */
export type Look = Pick<WindowState, 'theme' | 'zoom'>;

/** How one window differs from the others. */
export interface WindowPlace {
  /** The chat that it shows at once. */
  readonly chatId: ChatId | null;
  /** From the remembered place, so that it does not cover another window. */
  readonly offsetPx: number;
}

export interface MainWindow {
  readonly browserWindow: BrowserWindow;
  /** Names the window for as long as it lives; its page knows it too. */
  readonly number: number;
  /** Shows it, un-minimises it, gives it the focus. */
  focus(): void;
  setLook(look: Look): void;
  /** True for the one frame that may speak to main: our page in this window. */
  isOurs(frame: Electron.WebFrameMain | null): boolean;
}

/** Opens a window of the app. It paints while the daemon still starts. */
export function openWindow(options: WindowOptions, { chatId, offsetPx }: WindowPlace): MainWindow {
  let state = readWindowState(options.stateFile);
  nativeTheme.themeSource = state.theme;
  const page = pathToFileURL(options.pageFile).href;
  closeDoors(session.defaultSession, path.dirname(options.pageFile));
  const window = new BrowserWindow(shape(state, options.preloadFile));
  settle(window, state, offsetPx);
  window.once('ready-to-show', () => window.show());

  const save = () => {
    if (window.isDestroyed() || window.isMinimized()) return;
    state = {
      ...state,
      bounds: window.getNormalBounds(),
      maximized: window.isMaximized(),
      fullScreen: window.isFullScreen(),
    };
    tryWrite(options, state);
  };
  let timer: NodeJS.Timeout | undefined;
  const saveSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(save, REMEMBER_AFTER_MS);
  };
  window.on('resize', saveSoon);
  window.on('move', saveSoon);
  window.on('close', save);
  window.on('closed', () => clearTimeout(timer));
  const repaint = () => paint(window, state.zoom);
  const applyZoom = () => {
    window.webContents.setZoomFactor(state.zoom);
    repaint();
  };
  // Chromium remembers a zoom by address, and forgets it with the page.
  window.webContents.on('did-finish-load', applyZoom);
  nativeTheme.on('updated', repaint);
  window.on('closed', () => nativeTheme.off('updated', repaint));

  loadPage(window, options, chatId);
  return {
    browserWindow: window,
    number: window.id,
    focus() {
      if (window.isDestroyed()) return;
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
    },
    setLook({ theme, zoom }) {
      nativeTheme.themeSource = theme;
      if (state.theme === theme && state.zoom === zoom) return;
      state = { ...state, theme, zoom };
      if (!window.isDestroyed()) applyZoom();
      tryWrite(options, state);
    },
    isOurs(frame) {
      if (frame === null || window.isDestroyed()) return false;
      return frame === window.webContents.mainFrame && frame.url.split(/[?#]/)[0] === page;
    },
  };
}

function loadPage(window: BrowserWindow, { pageFile, log }: WindowOptions, chatId: ChatId | null): void {
  window.webContents.on('render-process-gone', (_event, details) => {
    log.error('the window’s process ended', { ...details });
    // Its state is in the database; a new page shows it again.
    if (details.reason !== 'clean-exit' && !window.isDestroyed()) window.reload();
  });
  const query = { window: String(window.id), ...(chatId === null ? {} : { chat: chatId }) };
  window.loadFile(pageFile, { query }).catch((error: unknown) => {
    log.error('the page did not load', errorFields(error));
  });
}

/** In its place; one more does not cover the one before. */
function settle(window: BrowserWindow, state: WindowState, offsetPx: number): void {
  if (offsetPx > 0) {
    const { x, y } = window.getBounds();
    window.setPosition(x + offsetPx, y + offsetPx);
  } else if (state.fullScreen) window.setFullScreen(true);
  else if (state.maximized) window.maximize();
}

function tryWrite(options: WindowOptions, state: WindowState): void {
  try {
    writeWindowState(options.stateFile, state);
  } catch (error) {
    options.log.warn('the window’s place was not saved', errorFields(error));
  }
}

function shape(state: WindowState, preload: string): Electron.BrowserWindowConstructorOptions {
  const displays = screen.getAllDisplays().map((display) => display.workArea);
  const colours = nativeTheme.shouldUseDarkColors ? COLOURS.dark : COLOURS.light;
  return {
    ...FIRST_SIZE,
    ...placeOn(displays, state.bounds),
    minWidth: MIN_WIDTH,
    minHeight: MIN_HEIGHT,
    show: false,
    title: app.name,
    backgroundColor: colours.back,
    autoHideMenuBar: true,
    ...(process.platform === 'darwin' ? { titleBarStyle: 'hiddenInset' as const } : {}),
    ...(process.platform === 'win32'
      ? {
          titleBarStyle: 'hidden' as const,
          titleBarOverlay: {
            color: colours.bar,
            symbolColor: colours.ink,
            height: Math.round(BAR_HEIGHT * state.zoom),
          },
        }
      : {}),
    webPreferences: {
      preload,
      zoomFactor: state.zoom,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false, // its dictionaries would be fetched from the network
    },
  };
}

function paint(window: BrowserWindow, zoom: number): void {
  if (window.isDestroyed()) return;
  const colours = nativeTheme.shouldUseDarkColors ? COLOURS.dark : COLOURS.light;
  window.setBackgroundColor(colours.back);
  if (process.platform === 'win32')
    window.setTitleBarOverlay({
      color: colours.bar,
      symbolColor: colours.ink,
      height: Math.round(BAR_HEIGHT * zoom),
    });
}

/** The page needs nothing but its own files: no network, no other file, no permission but writing the clipboard. */
function closeDoors(target: Session, pageDir: string): void {
  const own = `${pathToFileURL(pageDir).href}/`;
  target.setPermissionRequestHandler((_contents, permission, answer) => {
    answer(permission === 'clipboard-sanitized-write');
  });
  target.setPermissionCheckHandler((_contents, permission) => permission === 'clipboard-sanitized-write');
  const everything = {
    urls: ['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*', 'ftp://*/*', 'file://*'],
  };
  target.webRequest.onBeforeRequest(everything, ({ url }, answer) =>
    answer({ cancel: !url.startsWith(own) }),
  );
}
