// The least that an Electron app can be: the baseline of the benchmarks. One window of the app's first size.
const path = require('node:path');
const { app, BrowserWindow } = require('electron');

const data = process.argv.find((arg) => arg.startsWith('--user-data-dir='));
if (data) app.setPath('userData', data.slice('--user-data-dir='.length));
void app.whenReady().then(() => {
  const window = new BrowserWindow({
    width: 1280,
    height: 820,
    show: false,
    autoHideMenuBar: true,
    webPreferences: { sandbox: true, contextIsolation: true, spellcheck: false },
  });
  window.once('ready-to-show', () => window.show());
  void window.loadFile(path.join(__dirname, 'index.html'));
});
app.on('window-all-closed', () => app.quit());
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => app.quit());
