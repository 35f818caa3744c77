import { LinkFault } from './fault.ts';
import type { RemoteCommand } from './session.ts';

/** What a login may print before our script runs. */
const NOISE_BYTES = 1024 * 1024;

/**
 * Gives `script` to the shell that waits on `command` and resolves when it runs. Nothing else is sent before that: a
 * shell may read ahead of the line that it runs. Throws LinkFault `agent` when the shell does not run it, or the
 * signal's reason; the command is over then.
 */
export async function startScript(
  command: RemoteCommand,
  { script, marker }: { readonly script: string; readonly marker: string },
  signal: AbortSignal,
): Promise<void> {
  const { stream } = command;
  const onAbort = () => stream.destroy(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    stream.write(`{ echo ${marker}; ${script}; }\n`);
    await passMarker(command, `${marker}\n`);
  } catch (error) {
    stream.destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function passMarker({ stream, ended }: RemoteCommand, marker: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = Buffer.alloc(0);
    const leave = () => {
      stream.pause();
      stream.off('data', onData);
      stream.off('error', onError);
      stream.off('close', onClose);
    };
    const onError = (error: Error) => {
      leave();
      reject(error);
    };
    const onClose = () => {
      leave();
      ended.then(({ stderr }) => reject(notRun(`${seen.toString('utf8')}\n${stderr}`)), reject);
    };
    const onData = (chunk: Buffer) => {
      seen = Buffer.concat([seen, chunk]);
      const at = seen.indexOf(marker);
      if (at < 0 && seen.length <= NOISE_BYTES) return;
      leave();
      if (at < 0) return reject(notRun(seen.toString('utf8')));
      const rest = seen.subarray(at + marker.length);
      if (rest.length > 0) stream.unshift(rest);
      resolve();
    };
    stream.on('data', onData);
    stream.on('error', onError);
    stream.on('close', onClose);
  });
}

function notRun(said: string): LinkFault {
  return new LinkFault(
    'agent',
    'The login shell on the host did not run our command.',
    said.slice(-2_000).trim() || null,
    'Make sure that this account may run commands over SSH, and that its login shell can run "exec /bin/sh".',
  );
}
