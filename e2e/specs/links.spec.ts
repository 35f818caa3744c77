import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from '../fixtures/desk.ts';
import { script } from '../fixtures/script.ts';

const WORDS = [
  'Read [the page](http://127.0.0.1:9/page?x=1), [not this](javascript:alert(1)) and [a file](file:///etc/passwd).',
  '',
  '![A picture](http://127.0.0.1:9/pixel.png)',
  '',
  '<b id="raw">No markup</b><img src="http://127.0.0.1:9/raw.png">',
].join('\n');

test('a link shows where it goes before the browser opens it; nothing else of what a model says is fetched or run', async ({
  desk,
}) => {
  test.skip(process.platform !== 'linux', 'links are opened by xdg-open there');
  // What the system opens links with.
  const bin = fs.mkdtempSync(path.join(os.tmpdir(), 'gaffer-bin-'));
  const opened = path.join(bin, 'opened.txt');
  fs.writeFileSync(path.join(bin, 'xdg-open'), `#!/bin/sh\nprintf '%s\\n' "$1" >> '${opened}'\n`, {
    mode: 0o755,
  });
  script(desk.server, 'Where', [{ say: WORDS }]);
  const { app, chat } = await desk.start({
    folder: desk.repository().directory,
    env: { PATH: `${bin}:${process.env['PATH'] ?? ''}` },
  });
  const page = app.window;
  const fetched: string[] = [];
  page.on('request', (request) => fetched.push(request.url()));
  await chat.send('Where');
  await expect(chat.agent).toContainText('No markup', { timeout: 60_000 });
  await chat.rests();
  await expect(chat.agent).toContainText('<b id="raw">');
  await expect(chat.agent.getByRole('img')).toHaveCount(0);
  await expect(chat.agent.getByText('the page')).toBeVisible();

  await chat.agent.getByText('the page').click();
  const question = page.getByRole('dialog', { name: 'Open this link?' });
  await expect(question).toContainText('http://127.0.0.1:9/page?x=1');
  await app.screenshot('link-question');
  await question.getByRole('button', { name: 'Cancel' }).click();
  await expect(question).toBeHidden();
  expect(fs.existsSync(opened)).toBe(false);

  await chat.agent.getByText('the page').click();
  await page.keyboard.press('Enter');
  await expect(question).toBeHidden();
  await expect
    .poll(() => fs.existsSync(opened) && fs.readFileSync(opened, 'utf8'))
    .toBe('http://127.0.0.1:9/page?x=1\n');
  for (const words of ['not this', 'a file']) {
    await chat.agent.getByText(words).click();
    await expect(question).toBeHidden();
  }
  expect(fetched.filter((url) => url.includes('127.0.0.1:9'))).toEqual([]);
  expect(app.pageErrors).toEqual([]);
  fs.rmSync(bin, { recursive: true });
});
