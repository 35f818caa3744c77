import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { stopAgents } from '../fixtures/agents.ts';
import {
  cleanEnv,
  discardApp,
  electronPath,
  launchApp,
  launchArgs,
  type RunningApp,
  root,
} from '../fixtures/app.ts';
import { missingForWindows } from '../fixtures/display.ts';

const missing = missingForWindows();
test.skip(missing !== null, missing ?? '');

async function withApp(use: (app: RunningApp) => Promise<void>, options = {}): Promise<void> {
  const app = await launchApp(options);
  try {
    await use(app);
  } finally {
    stopAgents(app.homeDir);
    await discardApp(app);
  }
}

test('the built app opens its window, and the page has no Node and no network', async () => {
  await withApp(async ({ window, electron, pageErrors }) => {
    await expect(window).toHaveTitle(/Gaffer/);
    await expect(window.locator('#root > *').first()).toBeVisible();
    const seen = await window.evaluate(async () => {
      const page = globalThis as unknown as Record<string, unknown>;
      return {
        node: ['require', 'process', 'module', 'Buffer', '__dirname'].filter((name) => name in page),
        bridge: Object.keys(page['gaffer'] as object).toSorted(),
        network: await fetch('https://example.com').then(
          () => 'reached',
          () => 'refused',
        ),
      };
    });
    expect(seen).toEqual({ node: [], bridge: ['invoke', 'open', 'pathOf'], network: 'refused' });
    const preferences = await electron.evaluate(({ BrowserWindow }) => {
      const [first] = BrowserWindow.getAllWindows();
      const [width, height] = first?.getMinimumSize() ?? [];
      return { count: BrowserWindow.getAllWindows().length, width, height };
    });
    expect(preferences).toEqual({ count: 1, width: 640, height: 480 });
    expect(pageErrors.filter((text) => !text.includes('example.com'))).toEqual([]);
  });
});

test('the page cannot navigate away or open another window', async () => {
  await withApp(async ({ window, electron }) => {
    const before = window.url();
    await window.evaluate(() => {
      globalThis.open('https://example.com');
      location.href = 'https://example.com';
    });
    await window.evaluate(() => new Promise(requestAnimationFrame));
    expect(window.url()).toBe(before);
    expect(await electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  });
});

test('what is not in the contract is refused with a sentence', async () => {
  await withApp(async ({ window }) => {
    const answer = await window.evaluate(() => {
      const { gaffer } = globalThis as unknown as {
        gaffer: { invoke(n: string, i: unknown): Promise<unknown> };
      };
      return Promise.all([gaffer.invoke('no.such', {}), gaffer.invoke('chat.page', { chatId: '../etc' })]);
    });
    for (const one of answer) expect(one).toMatchObject({ ok: false, error: { code: 'bad-input' } });
  });
});

test('a second start hands its folder over and ends; the first opens it', async () => {
  await withApp(async (app) => {
    const folder = path.join(app.homeDir, 'ein Ordner, with spaces');
    fs.mkdirSync(folder);
    const args = launchArgs({ dataDir: app.dataDir, folder });
    const options = { cwd: root, env: cleanEnv(app.homeDir, {}), stdio: 'pipe' as const };
    const second = spawn(electronPath(), args, options);
    let told = '';
    second.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()));
    const [code] = (await once(second, 'exit')) as [number | null];
    expect(code).toBe(0);
    expect(told).toContain('running already');
    const opened = () =>
      app.window.evaluate(async () => {
        const { gaffer } = globalThis as unknown as {
          gaffer: {
            invoke(name: string, input: unknown): Promise<{ value: { workspaceId: string | null } }>;
          };
        };
        return (await gaffer.invoke('app.info', {})).value.workspaceId;
      });
    await expect.poll(opened).not.toBeNull();
  });
});

test('SIGTERM is an orderly way out, and size and place are remembered', async () => {
  await withApp(async (app) => {
    await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setSize(900, 700));
    await expect
      .poll(() => fs.existsSync(path.join(app.dataDir, 'window.json')), { message: 'the place is saved' })
      .toBe(true);
    await app.close();
    expect(app.log()).toContain('"message":"closed"');
    const again = await app.again();
    const size = await again.electron.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.getSize(),
    );
    expect(size).toEqual([900, 700]);
    await again.close();
  });
});

test('a window that was larger than the display of now, or beyond it, is back on it, whole', async () => {
  const base = fs.mkdtempSync(path.join(os.tmpdir(), 'gaffer-e2e-'));
  const dataDir = path.join(base, 'data');
  fs.mkdirSync(dataDir);
  const bounds = { x: 30_000, y: 20_000, width: 20_000, height: 9_000 };
  const state = { bounds, maximized: false, fullScreen: false, theme: 'dark', zoom: 1 };
  fs.writeFileSync(path.join(dataDir, 'window.json'), JSON.stringify(state));
  await withApp(
    async ({ electron }) => {
      const [at, display] = await electron.evaluate(({ BrowserWindow, screen }) => [
        BrowserWindow.getAllWindows()[0]?.getBounds(),
        screen.getPrimaryDisplay().workArea,
      ]);
      // One pixel may belong to the frame that nobody draws here.
      expect(at).toMatchObject({ x: display?.x, y: display?.y });
      expect(Math.abs((display?.width ?? 0) - (at?.width ?? 0))).toBeLessThanOrEqual(1);
      expect(Math.abs((display?.height ?? 0) - (at?.height ?? 0))).toBeLessThanOrEqual(1);
    },
    { dataDir, homeDir: base },
  );
});

test('a data directory that is a file gets a window that says what to do', async () => {
  const base = fs.mkdtempSync(path.join(os.tmpdir(), 'gaffer-e2e-'));
  const dataDir = path.join(base, 'data');
  fs.writeFileSync(dataDir, 'mine');
  await withApp(
    async ({ window }) => {
      await expect(window.getByRole('alert')).toContainText('The data folder is not a folder');
      await expect(window.getByRole('button', { name: 'Try again' })).toBeVisible();
      expect(fs.readFileSync(dataDir, 'utf8')).toBe('mine');
    },
    { dataDir, homeDir: base },
  );
});
