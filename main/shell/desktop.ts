import type { Settings } from '@shared/contract/app.ts';
import type { Crew } from '@shared/model/crew.ts';
import { app, type BrowserWindow, nativeImage, powerSaveBlocker } from 'electron';
import type { Log } from '../base/log.ts';
import { openTray, type TrayActions, type TrayPlace } from './tray.ts';
import { drawTrayIcon } from './tray-icon.ts';

/** What the system shows and does for chats outside of their windows. */
export interface Desktop {
  show(crew: Crew): void;
  set(settings: Pick<Settings, 'tray' | 'keepAwake'>): void;
  close(): void;
}

const NOBODY: Crew = { running: 0, waiting: 0, asking: [] };

export function createDesktop(
  actions: TrayActions,
  windows: () => readonly BrowserWindow[],
  log: Log,
): Desktop {
  let crew = NOBODY;
  let wanted = { tray: false, keepAwake: false };
  let tray: TrayPlace | null = null;
  let blocker: number | null = null;

  function settle(): void {
    if (wanted.tray) tray ??= openTray(actions, log);
    else {
      tray?.close();
      tray = null;
    }
    tray?.show(crew);
    keepAwake(wanted.keepAwake && crew.running > 0);
    badge(crew.waiting, windows());
  }

  /** The screen may sleep, the machine not. */
  function keepAwake(isWanted: boolean): void {
    if (isWanted) blocker ??= powerSaveBlocker.start('prevent-app-suspension');
    else if (blocker !== null) {
      powerSaveBlocker.stop(blocker);
      blocker = null;
    }
  }

  return {
    show(next) {
      crew = next;
      settle();
    },
    set({ tray: place, keepAwake: awake }) {
      wanted = { tray: place, keepAwake: awake };
      settle();
    },
    close() {
      wanted = { tray: false, keepAwake: false };
      crew = NOBODY;
      settle();
    },
  };
}

/** How many chats wait for the person: a number on the icon (macOS, some docks), a dot over it (Windows). */
function badge(waiting: number, windows: readonly BrowserWindow[]): void {
  app.setBadgeCount(waiting);
  if (process.platform !== 'win32') return;
  const size = 16;
  const dot = nativeImage.createFromBitmap(Buffer.from(drawTrayIcon('waiting', size)), {
    width: size,
    height: size,
  });
  for (const window of windows)
    if (!window.isDestroyed())
      window.setOverlayIcon(waiting > 0 ? dot : null, waiting > 0 ? `${waiting} waiting for you` : '');
}
