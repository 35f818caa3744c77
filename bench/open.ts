import { drive, makeScratch } from './electron.ts';
import { collectGarbage, devtools } from './memory.ts';
import { openChat, rowNames } from './open-chat.ts';
import { type Findings, row } from './report.ts';
import { seededDataDir } from './seed.ts';
import { subjectIn } from './start.ts';
import { median, quantile } from './stats.ts';

const LONG_ROWS = 100_000;
const ROUNDS = 15;
const WARM_UP_ROUNDS = 3;
const MOST_ROWS = 80;
const MOST_MB = 30;

/** Opens a chat of 100,000 messages in turn with one of ten, both warm: until it is painted at its last position. */
export async function benchOpen(): Promise<Findings> {
  const scratch = makeScratch();
  const stops: (() => Promise<void>)[] = [() => scratch.remove()];
  try {
    const subject = subjectIn(scratch.dir, 'app');
    await seededDataDir(subject.dataDir, { chats: 0, longChat: LONG_ROWS });
    const app = await drive(subject);
    stops.push(() => app.stop());
    const { window } = app;
    await window
      .getByRole('treeitem', { name: /One of/ })
      .nth(1)
      .waitFor();
    const names = await rowNames(window);
    const nameOf = (words: string) => names.find((name) => name.includes(words)) ?? words;
    const [long, short] = [nameOf(`One of ${LONG_ROWS} `), nameOf('One of 10 ')];
    const heapMb = async () => {
      await collectGarbage(app);
      const page = await devtools(window);
      const { usedSize } = await page.send('Runtime.getHeapUsage');
      await page.detach();
      return usedSize / 1e6;
    };
    const times = {
      long: [] as number[],
      short: [] as number[],
      rows: [] as number[],
      heap: [] as number[],
    };
    for (let i = -WARM_UP_ROUNDS; i < ROUNDS; i += 1) {
      const shortMs = await openChat(window, short);
      const shortHeap = await heapMb();
      const longMs = await openChat(window, long);
      if (i < 0) continue;
      times.short.push(shortMs);
      times.long.push(longMs);
      times.rows.push(await window.getByRole('article').count());
      times.heap.push((await heapMb()) - shortHeap);
    }
    const longMs = median(times.long);
    return {
      rows: [
        row({
          name: 'open',
          value: longMs,
          unit: 'ms',
          baseline: median(times.short),
          target: '≤ 100 ms',
          meets: (value) => value <= 100,
        }),
        row({
          name: 'open.rows',
          value: Math.max(...times.rows),
          unit: 'rows in the DOM',
          target: `≤ ${MOST_ROWS}`,
          meets: (value) => value <= MOST_ROWS,
        }),
        row({
          name: 'open.heap',
          value: Math.max(0, median(times.heap)),
          unit: 'MB more',
          target: `≤ ${MOST_MB} MB`,
          meets: (value) => value <= MOST_MB,
        }),
      ],
      notes: [
        `open: ${LONG_ROWS} messages against 10, ${ROUNDS} times in turn; p95 ${quantile(times.long, 0.95).toFixed(0)} ms against ` +
          `${quantile(times.short, 0.95).toFixed(0)} ms; from the click to the end of the first frame with the last row in place`,
      ],
    };
  } finally {
    for (const stop of stops.toReversed()) await stop().catch(() => undefined);
  }
}
