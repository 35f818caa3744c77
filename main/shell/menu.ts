import type { ZoomWay } from '@shared/model/zoom.ts';
import { Menu, type MenuItemConstructorOptions } from 'electron';

interface MenuActions {
  newWindow(): void;
  zoom(way: ZoomWay): void;
}

/** What a platform's people expect to find; the app's own commands live in the window. */
export function installMenu(on: MenuActions): void {
  const file: MenuItemConstructorOptions[] = [
    // Elsewhere the page has the shortcut, which a person may have changed.
    {
      label: 'New Window',
      ...(process.platform === 'darwin' ? { accelerator: 'Command+Shift+N' } : {}),
      click: () => on.newWindow(),
    },
    { type: 'separator' },
    process.platform === 'darwin' ? { role: 'close' } : { role: 'quit' },
  ];
  const view: MenuItemConstructorOptions[] = [
    { role: 'reload' },
    { role: 'toggleDevTools' },
    { type: 'separator' },
    { label: 'Actual Size', click: () => on.zoom('reset') },
    { label: 'Zoom In', click: () => on.zoom('in') },
    { label: 'Zoom Out', click: () => on.zoom('out') },
    { type: 'separator' },
    { role: 'togglefullscreen' },
  ];
  const template: MenuItemConstructorOptions[] = [
    ...(process.platform === 'darwin' ? [{ role: 'appMenu' as const }] : []),
    { label: '&File', submenu: file },
    { role: 'editMenu' },
    { label: '&View', submenu: view },
    { role: 'windowMenu' },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
