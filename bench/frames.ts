import type { Page } from '@playwright/test';

/** What a window drew in a while, seen by an animation-frame loop in its page. */
export interface Frames {
  readonly drawn: number;
  /** Frames that the display would have had room for, less those drawn. */
  readonly dropped: number;
  readonly intervalMs: number;
  /** Longest tasks over 50 ms, the only ones that the browser reports. */
  readonly longTasksMs: readonly number[];
}

interface Recorder {
  stop(): { at: number[]; long: number[] };
}

type WithRecorder = { benchRecorder: Recorder };

export async function startRecording(window: Page): Promise<void> {
  await window.evaluate(() => {
    const at: number[] = [];
    const long: number[] = [];
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) long.push(entry.duration);
    });
    observer.observe({ type: 'longtask' });
    // The empty window's element moves with every frame; the app has none.
    const element = document.getElementById('element');
    let id = 0;
    const onFrame = (now: number) => {
      at.push(now);
      if (element) element.style.transform = `translateX(${at.length % 600}px)`;
      id = requestAnimationFrame(onFrame);
    };
    id = requestAnimationFrame(onFrame);
    (globalThis as unknown as WithRecorder).benchRecorder = {
      stop() {
        cancelAnimationFrame(id);
        for (const entry of observer.takeRecords()) long.push(entry.duration);
        observer.disconnect();
        return { at, long };
      },
    };
  });
}

/** `intervalMs`: of the display, when it is known already. */
export async function stopRecording(window: Page, intervalMs?: number): Promise<Frames> {
  const { at, long } = await window.evaluate(() =>
    (globalThis as unknown as WithRecorder).benchRecorder.stop(),
  );
  const gaps = at.slice(1).map((time, i) => time - (at[i] ?? time));
  const usual = intervalMs ?? gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? Number.NaN;
  const dropped = gaps.reduce((sum, gap) => sum + Math.max(0, Math.round(gap / usual) - 1), 0);
  return { drawn: at.length, dropped, intervalMs: usual, longTasksMs: long };
}

export async function measureFrames(window: Page, forMs: number): Promise<Frames> {
  await startRecording(window);
  await new Promise((resolve) => setTimeout(resolve, forMs));
  return await stopRecording(window);
}
