import { createPrivateKey, type KeyObject } from 'node:crypto';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

/** Trying a passphrase takes up to a second of pure computing: not in the thread that everything else waits for. */
const WORKER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { utils } = require(workerData.ssh2);
  const parsed = utils.parseKey(Buffer.from(workerData.content), workerData.passphrase);
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  const good = key && !(key instanceof Error) && key.isPrivateKey();
  parentPort.postMessage(good ? { pem: key.getPrivatePEM(), publicKey: key.getPublicSSH() } : null);
`;

export interface UnlockedKey {
  readonly privateKey: KeyObject;
  /** As SSH writes it. */
  readonly publicKey: Buffer;
}

/** Null: the passphrase is wrong, or the file is damaged. */
export async function unlock(
  content: Buffer,
  passphrase: string,
  signal: AbortSignal,
): Promise<UnlockedKey | null> {
  signal.throwIfAborted();
  const ssh2 = createRequire(import.meta.url).resolve('ssh2');
  const worker = new Worker(WORKER, { eval: true, workerData: { ssh2, content, passphrase } });
  const stop = () => void worker.terminate();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const answer = await new Promise<{ pem: string; publicKey: Uint8Array } | null>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () => reject(signal.aborted ? (signal.reason as Error) : new Error('no answer')));
    });
    if (answer === null) return null;
    return { privateKey: createPrivateKey(answer.pem), publicKey: Buffer.from(answer.publicKey) };
  } finally {
    signal.removeEventListener('abort', stop);
    await worker.terminate();
  }
}
