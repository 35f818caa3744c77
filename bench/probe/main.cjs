// Loaded with `electron -r` before the app: gives every page a second preload that watches it from outside, and
// prints what it saw. The app itself is not changed, and knows nothing of it.
const path = require('node:path');
const { app, ipcMain, session } = require('electron');

const preload = path.join(__dirname, 'preload.cjs');
void app.whenReady().then(() => {
  const target = session.defaultSession;
  if (target.registerPreloadScript) target.registerPreloadScript({ type: 'frame', filePath: preload });
  else target.setPreloads([preload]);
});
ipcMain.on('bench', (_event, seen) => process.stdout.write(`BENCH ${JSON.stringify(seen)}\n`));
