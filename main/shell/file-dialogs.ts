import path from 'node:path';
import { app, type BrowserWindow, dialog, type FileFilter, shell } from 'electron';

const KINDS: Readonly<Record<'markdown' | 'html' | 'json', FileFilter>> = {
  markdown: { name: 'Markdown', extensions: ['md'] },
  html: { name: 'Web page', extensions: ['html'] },
  json: { name: 'Gaffer export', extensions: ['json'] },
};

/** The system's own dialogs, on the window that is in front. Null: the person chose nothing. */
export function createDialogs(parent: () => BrowserWindow | null) {
  const owner = () => {
    const window = parent();
    return window && !window.isDestroyed() ? window : null;
  };
  async function open(options: Electron.OpenDialogOptions): Promise<string | null> {
    const window = owner();
    const answer = await (window ? dialog.showOpenDialog(window, options) : dialog.showOpenDialog(options));
    return answer.filePaths[0] ?? null;
  }
  return {
    showInFolder: (file: string) => shell.showItemInFolder(file),
    openPath: (file: string) => shell.openPath(file),
    pickFolder: () => open({ properties: ['openDirectory', 'createDirectory'] }),
    pickImportFile: () => open({ properties: ['openFile'], filters: [KINDS.json] }),
    async pickSaveFile({ name, format }: { readonly name: string; readonly format: keyof typeof KINDS }) {
      const options = {
        defaultPath: path.join(app.getPath('documents'), name),
        filters: [KINDS[format]],
        properties: ['createDirectory' as const, 'showOverwriteConfirmation' as const],
      };
      const window = owner();
      const answer = await (window
        ? dialog.showSaveDialog(window, options)
        : dialog.showSaveDialog(options));
      return answer.canceled || answer.filePath === '' ? null : answer.filePath;
    },
  };
}
