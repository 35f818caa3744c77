import type { Crew } from '@shared/model/crew.ts';
import type { ChatId } from '@shared/model/ids.ts';
import { Menu, type MenuItemConstructorOptions, nativeImage, Tray } from 'electron';
import { errorFields, type Log } from '../base/log.ts';
import { drawTrayIcon, type TrayLook } from './tray-icon.ts';

export interface TrayActions {
  open(): void;
  openChat(chatId: ChatId): void;
  newChat(): void;
  quit(): void;
}

/** Gaffer's place beside the clock, where the desktop has one. */
export interface TrayPlace {
  show(crew: Crew): void;
  close(): void;
}

const SIZE = 32;
const MAX_TITLE = 60;

/** Null: there is no place for it here. */
export function openTray(actions: TrayActions, log: Log): TrayPlace | null {
  try {
    const tray = new Tray(iconOf('rest'));
    tray.on('click', actions.open);
    return {
      show(crew) {
        tray.setImage(iconOf(lookOf(crew)));
        tray.setToolTip(wordsOf(crew));
        tray.setContextMenu(Menu.buildFromTemplate(menuOf(crew, actions)));
      },
      close: () => tray.destroy(),
    };
  } catch (error) {
    log.warn('there is no tray', errorFields(error));
    return null;
  }
}

function lookOf({ running, waiting }: Crew): TrayLook {
  if (waiting > 0) return 'waiting';
  return running > 0 ? 'running' : 'rest';
}

function iconOf(look: TrayLook): Electron.NativeImage {
  const image = nativeImage.createFromBitmap(Buffer.from(drawTrayIcon(look, SIZE)), {
    width: SIZE,
    height: SIZE,
    scaleFactor: 2,
  });
  return image;
}

function wordsOf({ running, waiting }: Crew): string {
  if (running === 0 && waiting === 0) return 'Gaffer: nothing runs';
  return `Gaffer: ${running} running, ${waiting} waiting for you`;
}

function menuOf(crew: Crew, actions: TrayActions): MenuItemConstructorOptions[] {
  const asking = crew.asking.map(({ chatId, title }) => ({
    label: oneLine(title),
    click: () => actions.openChat(chatId),
  }));
  const more = crew.waiting - crew.asking.length;
  return [
    { label: wordsOf(crew), enabled: false },
    { type: 'separator' },
    ...(asking.length > 0
      ? [
          ...asking,
          ...(more > 0 ? [{ label: `and ${more} more`, click: actions.open }] : []),
          { type: 'separator' as const },
        ]
      : []),
    { label: 'Open Gaffer', click: actions.open },
    { label: 'New chat', click: actions.newChat },
    { type: 'separator' },
    { label: 'Quit', click: actions.quit },
  ];
}

/** Titles come from a model; "&" would underline what follows. */
function oneLine(title: string): string {
  const line = title
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim()
    .replaceAll('&', '&&');
  return line.length > MAX_TITLE ? `${line.slice(0, MAX_TITLE - 1)}…` : line;
}
