import fs from 'node:fs';
import path from 'node:path';
import type { FileId } from '@shared/model/ids.ts';
import { attach, attachments, fire, mediaOf, transferOf } from '../fixtures/attaching.ts';
import { expect, test } from '../fixtures/desk.ts';
import { makePicture } from '../fixtures/picture.ts';
import { isTurn, script, turnRequests } from '../fixtures/script.ts';
import { systemViewer } from '../fixtures/system-viewer.ts';
import { ask } from '../fixtures/window-calls.ts';
import { inBothThemes } from '../fixtures/workspaces.ts';

const picture = { name: 'screen.png', mimeType: 'image/png', buffer: makePicture() };
const notes = { name: 'notes.md', mimeType: 'text/markdown', buffer: Buffer.from('# Notes\n\nBe kind.\n') };
const program = {
  name: 'tool.bin',
  mimeType: 'application/octet-stream',
  buffer: Buffer.from([0, 1, 2, 0]),
};
const paper = { name: 'paper.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n%%EOF\n') };

test('files are attached, seen by the model and shown in the message', async ({ desk }, testInfo) => {
  script(desk.server, 'Look at these', [{ say: 'I see two shapes.' }]);
  script(desk.server, 'And this', [{ say: 'A paper.' }]);
  const viewer = systemViewer(testInfo.outputPath('viewer'));
  const { app, chat } = await desk.start({ folder: desk.repository().directory, env: viewer.env });
  const { window } = app;
  const send = window.getByRole('button', { name: 'Send', exact: true });

  await test.step('each is a chip; what cannot be attached says why and holds the message back', async () => {
    await attach(chat, picture, notes, program);
    await expect(attachments(chat)).toHaveCount(3);
    await expect(attachments(chat).filter({ hasText: 'screen.png' })).toContainText('806 B');
    await expect(attachments(chat).filter({ hasText: 'notes.md' })).toContainText('18 B');
    await expect(attachments(chat).filter({ hasText: 'tool.bin' })).toContainText('Neither text');
    await chat.message.fill('Look at these');
    await expect(send).toHaveAttribute('aria-disabled', 'true');
    await chat.message.press('Enter');
    await expect(chat.message).toHaveValue('Look at these');
    await window.getByRole('button', { name: 'Remove tool.bin' }).click();
    await expect(chat.message).toBeFocused();
  });

  await test.step('the model gets them in the shapes of its API', async () => {
    await chat.message.press('Enter');
    await expect(chat.agent).toContainText('I see two shapes.');
    await chat.rests();
    const body = turnRequests(desk.server)[0]?.body;
    const url = `data:image/png;base64,${picture.buffer.toString('base64')}`;
    expect(mediaOf(body)).toEqual([{ type: 'image_url', image_url: { url } }]);
    expect(JSON.stringify(body)).toContain('<file name=\\"notes.md\\">\\n# Notes');
  });

  await test.step('pictures open large, texts can be read', async () => {
    const you = chat.you.filter({ hasText: 'Look at these' });
    await expect(you.getByRole('img', { name: 'screen.png' })).toBeVisible();
    await you.getByRole('button', { name: 'Show screen.png' }).click();
    const light = window.getByRole('dialog', { name: 'screen.png' });
    await expect(light.getByRole('img', { name: 'screen.png' })).toHaveJSProperty('naturalWidth', 240);
    await window.keyboard.press('Escape');
    await expect(light).toBeHidden();
    await expect(you.getByRole('button', { name: 'Show screen.png' })).toBeFocused();
    await you.getByRole('button', { name: 'Show notes.md' }).click();
    await expect(window.getByRole('dialog', { name: 'notes.md' })).toContainText('Be kind.');
    await window.keyboard.press('Escape');
  });

  await test.step('a message may be files alone; pictures are pasted, files dropped', async () => {
    await fire(chat.message, 'paste', transferOf({ ...picture, name: 'image.png' }));
    await expect(attachments(chat)).toHaveText(/^Pasted picture [\d.]+\.png/);
    const pane = chat.feed;
    await fire(pane, 'dragenter', transferOf(paper));
    await expect(window.getByText('Drop files to attach them')).toBeVisible();
    await fire(pane, 'drop', transferOf(paper));
    await expect(window.getByText('Drop files to attach them')).toBeHidden();
    await expect(attachments(chat)).toHaveCount(2);
    await expect(attachments(chat).nth(1)).toContainText('paper.pdf');
    await chat.message.fill('And this');
    await send.click();
    await expect(chat.agent.last()).toContainText('A paper.');
    const media = mediaOf(turnRequests(desk.server)[1]?.body);
    expect(media.map(({ type }) => type)).toEqual(['image_url', 'image_url', 'file']);
    expect(media[2]).toMatchObject({ file: { filename: 'paper.pdf' } });
    await chat.rests();
  });

  await test.step('a PDF opens with the system’s program, as a copy that nobody else can read; before it is sent, too', async () => {
    await chat.you.getByRole('button', { name: 'Open paper.pdf' }).click();
    await expect.poll(() => viewer.opened()).toHaveLength(1);
    const [copy = ''] = viewer.opened();
    expect(path.basename(copy)).toBe('paper.pdf');
    expect(fs.readFileSync(copy)).toEqual(paper.buffer);
    expect(fs.statSync(copy).mode & 0o777).toBe(0o400);
    await attach(chat, { ...paper, name: 'run.desktop' }, notes);
    await expect(attachments(chat)).toHaveCount(2);
    await inBothThemes(app, 'attachments-to-open');
    await attachments(chat).getByRole('button', { name: 'Open run.desktop' }).click();
    await expect.poll(() => viewer.opened()).toHaveLength(2);
    expect(path.basename(viewer.opened()[1] ?? '')).toBe('run.desktop.pdf');
    await attachments(chat).getByRole('button', { name: 'Show notes.md' }).click();
    await expect(window.getByRole('dialog', { name: 'notes.md' })).toContainText('Be kind.');
    await window.keyboard.press('Escape');
    await expect(attachments(chat).getByRole('button', { name: 'Show notes.md' })).toBeFocused();
    await app.close();
    expect(viewer.opened().filter((file) => fs.existsSync(file))).toEqual([]);
  });
  expect(app.pageErrors).toEqual([]);
});

test('a draft keeps its files over a kill, a queued message counts them, and what expired says so', async ({
  desk,
}) => {
  script(desk.server, 'First', [{ say: 'Working on it for a while now.' }]);
  script(desk.server, 'Second', [{ say: 'Done with both.' }]);
  const started = await desk.start({ folder: desk.repository().directory });
  await started.chat.send('First');
  await started.chat.rests();
  await attach(started.chat, picture);
  await started.chat.message.fill('Second');
  await expect(attachments(started.chat)).toContainText('806 B');
  const chatId = (await started.chat.tree.getByRole('treeitem', { level: 2 }).getAttribute('id'))?.replace(
    'tree-',
    '',
  ) as never;
  await expect
    .poll(() => ask(started.app.window, 'draft.get', { key: chatId }))
    .toMatchObject({ text: 'Second', files: [{ name: 'screen.png' }] });
  await started.app.kill();

  const { app, chat } = await desk.again(started.app);
  await chat.chat('First').click();
  await expect(chat.message).toHaveValue('Second');
  await expect(attachments(chat)).toContainText('screen.png');

  await test.step('the queue says how many files wait, and gives them back for an edit', async () => {
    script(desk.server, 'Take your time', [{ say: 'One two three four five six seven eight nine ten.' }]);
    const hold = desk.server.faults.hold({ afterEvents: 4, match: isTurn });
    await ask(app.window, 'chat.send', { chatId, text: 'Take your time', sendKey: crypto.randomUUID() });
    await hold.reached;
    await chat.message.press('Enter');
    await expect(chat.queue).toHaveText(/Second\s*1 attachment/);
    await chat.queue.getByRole('button', { name: 'Edit' }).click();
    await expect(attachments(chat)).toContainText('screen.png');
    await chat.message.fill('Second, with a picture');
    await chat.message.press('Enter');
    await expect(chat.queue).toHaveText(/Second, with a picture\s*1 attachment/);
    hold.release();
    await expect(chat.agent.last()).toContainText('Done with both.');
    await chat.rests();
    await expect(chat.you.last().getByRole('img', { name: 'screen.png' })).toBeVisible();
  });

  await test.step('with too many files the oldest expire, and an edit that names one is refused', async () => {
    const bytes = new TextEncoder().encode('x');
    for (let round = 0; round < 3; round++) {
      const files: FileId[] = [];
      for (let at = 0; at < 20; at++)
        files.push((await ask(app.window, 'attachment.add', { name: `${at}.txt`, bytes })).file_id);
      await ask(app.window, 'chat.send', { chatId, text: 'More', files, sendKey: crypto.randomUUID() });
    }
    const you = chat.you.filter({ hasText: 'Second, with a picture' });
    await app.window.reload();
    await chat.chat('First').click();
    await expect(you).toContainText('screen.png');
    await expect(you).toContainText('Expired');
    await you.hover();
    await you.getByRole('button', { name: 'Edit message' }).click();
    await expect(attachments(chat)).toContainText('Expired');
    await chat.message.press('Enter');
    await expect(app.window.getByTitle('“screen.png” has expired')).toBeVisible();
    await app.window.getByRole('button', { name: 'Remove screen.png' }).click();
    await chat.message.press('Enter');
    await expect(you).not.toContainText('Expired');
  });
});
