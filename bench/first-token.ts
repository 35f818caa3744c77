import type { ElectronApplication, Page } from '@playwright/test';
import { addAccounts, giveKeys } from './accounts.ts';
import { drive, makeScratch } from './electron.ts';
import { measureFrames } from './frames.ts';
import { type Answer, startModelServer } from './model-server.ts';
import { type Findings, row } from './report.ts';
import { seededDataDir } from './seed.ts';
import { subjectIn } from './start.ts';
import { median, quantile } from './stats.ts';

const TURNS = 30;
const CHATS = 1_000;
/** Words after the first one, so that each turn ends as a real one does. */
const MORE_WORDS = 20;
const WORD_EVERY_MS = 20;

interface Turn {
  readonly dataAt: number;
  readonly commitAt: number;
  readonly frameAt: number;
}

/** The `data` event of the socket with the first delta, in main → the frame after the commit that shows it. */
export async function benchFirstToken(): Promise<Findings> {
  const scratch = makeScratch();
  const server = await startModelServer();
  try {
    const empty = await drive(subjectIn(scratch.dir, 'empty'));
    const frameMs = (await measureFrames(empty.window, 2_000)).intervalMs;
    await empty.stop();
    const subject = subjectIn(scratch.dir, 'app');
    await seededDataDir(subject.dataDir, { chats: CHATS, longChat: 0 });
    const accounts = await addAccounts(subject.dataDir, server.url, 1);
    const app = await drive(subject);
    const turns: Turn[] = [];
    try {
      await giveKeys(app.window, accounts);
      await watchSockets(app.electron);
      for (let i = 0; i < TURNS; i += 1) turns.push(await takeTurn(app, server, i));
    } finally {
      await app.stop();
    }
    return findings(turns, frameMs);
  } finally {
    await server.stop();
    await scratch.remove();
  }
}

function findings(turns: readonly Turn[], frameMs: number): Findings {
  const all = turns.map((t) => t.frameAt - t.dataAt);
  const toCommit = turns.map((t) => t.commitAt - t.dataAt);
  const toFrame = turns.map((t) => t.frameAt - t.commitAt);
  const within = (frames: number) => frames * frameMs + 8;
  return {
    rows: [
      row({
        name: 'first-token p50',
        value: median(all),
        unit: 'ms',
        baseline: frameMs,
        target: `≤ 1 frame + 8 ms (${within(1).toFixed(1)})`,
        meets: (value) => value <= within(1),
      }),
      row({
        name: 'first-token p95',
        value: quantile(all, 0.95),
        unit: 'ms',
        baseline: frameMs,
        target: `≤ 2 frames + 8 ms (${within(2).toFixed(1)})`,
        meets: (value) => value <= within(2),
      }),
      row({ name: 'first-token.to-commit p50', value: median(toCommit), unit: 'ms' }),
      row({ name: 'first-token.to-frame p50', value: median(toFrame), unit: 'ms' }),
    ],
    notes: [
      `first-token: ${turns.length} turns in one chat of ${CHATS}; baseline: one frame of an empty window`,
    ],
  };
}

type ReceivedAt = { readonly benchReceivedAt: Map<string, number> };

/** Notes in main when a chunk with a turn's mark comes off a socket, before anything reads it. */
async function watchSockets(electron: ElectronApplication): Promise<void> {
  await electron.evaluate(() => {
    const net = process.getBuiltinModule('net');
    const receivedAt = new Map<string, number>();
    Object.assign(globalThis, { benchReceivedAt: receivedAt });
    const { push } = net.Socket.prototype;
    net.Socket.prototype.push = function pushNoted(chunk: Buffer | null, encoding?: BufferEncoding) {
      const mark = chunk === null ? null : /mark-\d+-/.exec(chunk.toString('latin1'));
      if (mark && !receivedAt.has(mark[0]))
        receivedAt.set(mark[0], performance.timeOrigin + performance.now());
      return push.call(this, chunk, encoding);
    };
  });
}

/** `performance` against the wall clock, at this moment, in whichever process this runs. */
function skewMs(): number {
  const from = Date.now();
  let now = from;
  while (now === from) now = Date.now();
  return now - (performance.timeOrigin + performance.now());
}

async function takeTurn(
  app: { readonly electron: ElectronApplication; readonly window: Page },
  server: { onAnswer(take: (answer: Answer) => void): void },
  number: number,
): Promise<Turn> {
  const { window, electron } = app;
  const mark = `mark-${number}-`;
  const asked = new Promise<Answer>((resolve) => server.onAnswer(resolve));
  const shown = await window.evaluateHandle(watchFor, mark);
  const box = window.getByRole('textbox', { name: 'Message' });
  await box.fill(`Question ${number}`);
  await box.press('Enter');
  const answer = await asked;
  // The window has drawn that the chat works before the first word comes, as with a model that thinks.
  await pause(150);
  answer.say(`${mark} `);
  const seen = await shown.evaluate((watch) => watch.seen);
  for (let i = 0; i < MORE_WORDS; i += 1) {
    await pause(WORD_EVERY_MS);
    answer.say(`word${i} `);
  }
  answer.end();
  const windowSkew = await window.evaluate(skewMs);
  const mainSkew = await electron.evaluate(skewMs);
  const dataAt = await electron.evaluate(
    (_, key) => (globalThis as unknown as ReceivedAt).benchReceivedAt.get(key) ?? Number.NaN,
    mark,
  );
  await window.getByRole('feed').and(window.locator('[aria-busy="false"]')).waitFor();
  return {
    dataAt: dataAt + mainSkew,
    commitAt: seen.commitAt + windowSkew,
    frameAt: seen.frameAt + windowSkew,
  };
}

/** Runs in the page: the commit that brings the mark, and the frame that follows it. */
function watchFor(mark: string): { seen: Promise<{ commitAt: number; frameAt: number }> } {
  const nowMs = () => performance.timeOrigin + performance.now();
  const seen = new Promise<{ commitAt: number; frameAt: number }>((resolve) => {
    const observer = new MutationObserver((records) => {
      if (!records.some((r) => r.target.textContent?.includes(mark))) return;
      observer.disconnect();
      const commitAt = nowMs();
      requestAnimationFrame(() => resolve({ commitAt, frameAt: nowMs() }));
    });
    observer.observe(document.body, { childList: true, characterData: true, subtree: true });
  });
  return { seen };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
