import { BrowserWindow } from 'electron';
import type { FailureText } from './failure-text.ts';

type Choice = 'retry' | 'restore' | 'quit';

/** `choice` is what the person wants; closing the window is `quit`. */
export interface Failure {
  readonly choice: Promise<Choice>;
  /** In its place, with nothing to choose. */
  say(text: FailureText): void;
  close(): void;
}

/** A small window instead of the app: what happened and what to do. It runs no script. `canRestore`: there is a copy. */
export function showFailure(text: FailureText, canRestore = false): Failure {
  const window = new BrowserWindow({
    width: 520,
    height: 340,
    useContentSize: true,
    resizable: false,
    title: text.title,
    autoHideMenuBar: true,
    webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false, javascript: false },
  });
  const load = (words: FailureText, buttons: string) =>
    window.loadURL(`data:text/html;charset=utf-8,${encodeURIComponent(pageOf(words, buttons))}`);
  const choice = new Promise<Choice>((resolve) => {
    window.webContents.on('will-navigate', (event) => {
      event.preventDefault();
      const chosen = (['retry', 'restore'] as const).find((one) => event.url === `gaffer:${one}`);
      if (event.url.startsWith('gaffer:')) resolve(chosen ?? 'quit');
    });
    window.on('closed', () => resolve('quit'));
    load(text, buttonsOf(canRestore)).catch(() => resolve('quit'));
  });
  return {
    choice,
    say(words) {
      if (!window.isDestroyed()) void load(words, '').catch(() => undefined);
    },
    close() {
      if (!window.isDestroyed()) window.destroy();
    },
  };
}

function buttonsOf(canRestore: boolean): string {
  const offer = canRestore ? '<a role="button" href="gaffer:restore">Restore the copy</a>' : '';
  return `<footer><a role="button" href="gaffer:quit">Quit</a>${offer}
<a role="button" class="first" href="gaffer:retry">Try again</a></footer>`;
}

function pageOf({ title, cause, help }: FailureText, buttons: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escape(title)}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>${STYLE}</style></head><body><main role="alert"><h1>${escape(title)}</h1>
<p>${escape(cause)}</p><p class="help">${escape(help)}</p></main>
${buttons}</body></html>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const STYLE = `
:root { color-scheme: dark light; --back: #151719; --line: #292c31; --title: #f3f4f6; --text: #cacccf;
  --accent: #4fd1cf; --ink: #0b1a1c; }
@media (prefers-color-scheme: light) { :root { --back: #fcfcfd; --line: #dcdee2; --title: #16181c;
  --text: #2c2f34; --accent: #0d7480; --ink: #ffffff; } }
* { box-sizing: border-box; }
body { margin: 0; height: 100vh; padding: 28px 28px 20px; display: flex; flex-direction: column;
  background: var(--back); color: var(--text); font: 14px/22px Inter, system-ui, sans-serif; }
main { flex: 1; overflow: auto; overflow-wrap: anywhere; user-select: text; }
h1 { margin: 0 0 12px; color: var(--title); font-size: 17px; line-height: 24px; font-weight: 600; }
p { margin: 0 0 12px; } .help { color: var(--title); }
footer { display: flex; justify-content: flex-end; gap: 8px; padding-top: 12px; }
a { padding: 5px 14px; border: 1px solid var(--line); border-radius: 6px; color: var(--title);
  text-decoration: none; font-size: 13px; line-height: 20px; cursor: default; }
a.first { border-color: transparent; background: var(--accent); color: var(--ink); font-weight: 550; }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }`;
