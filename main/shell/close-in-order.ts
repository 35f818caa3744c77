import { app, powerMonitor } from 'electron';
import { systemClock } from '../base/clock.ts';
import { errorFields, type Log } from '../base/log.ts';
import type { Windows } from './windows.ts';

const CLOSE_WITHIN_MS = 10_000;
/** Before we quit we ask the daemon, if there is one. */
const DAEMON_WITHIN_MS = 2_000;

interface Closing {
  readonly windows: Pick<Windows, 'letGo'>;
  /** The one of now: another takes its place after a failure. */
  readonly daemon: Promise<{ mayLeave(): Promise<boolean>; close(): Promise<void> }>;
  readonly log: Log;
}

/** Every way out leads through here: the daemon hands its chats back and closes the database, then we leave. */
export function closeInOrder(run: Closing): void {
  const { log } = run;
  let leaving: Promise<void> | null = null;
  /** The system or a signal ends us: nobody is asked, and who is being asked is not waited for. */
  let tell: () => void = () => undefined;
  const isTold = new Promise<boolean>((resolve) => {
    tell = () => resolve(true);
  });
  let closed = false;
  async function close(): Promise<void> {
    const bound = new AbortController();
    const orderly = run.windows
      .letGo(bound.signal)
      .then(() => run.daemon)
      .then(
        (daemon) => daemon.close(),
        () => undefined,
      );
    const late = systemClock.sleep(CLOSE_WITHIN_MS, bound.signal).then(
      () => log.warn('closing took too long; leaving as a crash would'),
      () => undefined,
    );
    await Promise.race([
      orderly.catch((error: unknown) => log.error('closing failed', errorFields(error))),
      late,
    ]);
    bound.abort();
    log.info('closed');
    closed = true;
    app.quit();
  }
  async function leave(): Promise<void> {
    if (await Promise.race([isTold, mayLeave(run)])) await close();
    else leaving = null;
  }
  app.on('before-quit', (event) => {
    if (closed) return;
    event.preventDefault();
    leaving ??= leave();
  });
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  const end = () => {
    tell();
    app.quit();
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end);
  app.once('ready', () => powerMonitor.on('shutdown', end));
}

/** A daemon that does not start, or hangs in it, has nothing to ask about. */
async function mayLeave(run: Closing): Promise<boolean> {
  const bound = new AbortController();
  const late = systemClock.sleep(DAEMON_WITHIN_MS, bound.signal).catch(() => undefined);
  const daemon = await Promise.race([run.daemon.catch(() => undefined), late]);
  bound.abort();
  return !daemon || daemon.mayLeave().catch(() => true);
}
