import type { CallFailure } from '@shared/contract/define.ts';
import { err } from '@shared/util/result.ts';
import { ipcMain, type MessagePortMain, type WebFrameMain } from 'electron';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { failureOf } from '../ipc/failure-of.ts';
import type { CallHandlers, FeedHandlers } from '../ipc/handlers.ts';
import type { FeedPort, Request } from '../ipc/serve.ts';

export interface TransportOptions {
  /** Resolves when the daemon has started; what the window asks before then waits for it. */
  handlers(): Promise<{ readonly calls: CallHandlers; readonly feeds: FeedHandlers }>;
  isOurs(frame: WebFrameMain | null): boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/** Read with the daemon, not before the window: it checks with the whole contract. */
const serving = () => import('../ipc/serve.ts');

const STRANGER: CallFailure = { code: 'bad-input', message: 'Only Gaffer’s own window may ask this.' };

/** Electron's end of the contract: who asks is checked here, what is asked in ipc/serve. */
export function serveWindow(options: TransportOptions): void {
  const { clock, log } = options;
  ipcMain.handle('gaffer:invoke', async (event, raw: unknown) => {
    if (!options.isOurs(event.senderFrame)) return err(STRANGER);
    try {
      const { calls } = await options.handlers();
      const { serveCall } = await serving();
      return await serveCall(calls, requestOf(raw), log);
    } catch (error) {
      return err(failureOf(error));
    }
  });

  ipcMain.on('gaffer:open', (event, raw: unknown) => {
    const [port] = event.ports;
    if (port === undefined) return;
    if (!options.isOurs(event.senderFrame)) {
      port.close();
      return;
    }
    const served = feedPort(port);
    void openFeed(requestOf(raw), served);
  });

  async function openFeed(request: Request, port: FeedPort): Promise<void> {
    try {
      const { feeds } = await options.handlers();
      const { serveFeed } = await serving();
      await serveFeed(feeds, request, port, { clock, log });
    } catch (error) {
      port.postMessage({ type: 'error', data: failureOf(error) });
      port.close();
    }
  }
}

function requestOf(raw: unknown): Request {
  if (typeof raw !== 'object' || raw === null) return { name: undefined, input: undefined };
  const { name, input } = raw as Partial<Request>;
  return { name, input };
}

function feedPort(port: MessagePortMain): FeedPort {
  let closed = false;
  const listeners: (() => void)[] = [];
  let onTaken = () => {};
  // Whatever a window says on this port, it means that it took a frame.
  port.on('message', () => onTaken());
  port.on('close', () => {
    closed = true;
    for (const listener of listeners) listener();
  });
  port.start();
  return {
    postMessage(frame) {
      if (!closed) port.postMessage(frame);
    },
    onClose(listener) {
      if (closed) listener();
      else listeners.push(listener);
    },
    onTaken(listener) {
      onTaken = listener;
    },
    close() {
      if (!closed) port.close();
    },
  };
}
