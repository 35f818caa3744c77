import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import { LinkFault } from './fault.ts';
import { shellQuote } from './quote.ts';
import type { Session } from './session.ts';
import { within } from './within.ts';

export interface UploadDeps {
  readonly session: Session;
  readonly host: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

interface Upload {
  readonly path: string;
  readonly content: Buffer;
  /** Hears how much each piece had that left. */
  readonly onProgress: (piece: number) => void;
}

/** Answers null, or why it did not work. A connection that ends is thrown. */
type Way = (deps: UploadDeps, upload: Upload, signal: AbortSignal) => Promise<string | null>;

/**
 * In the order in which they are tried. `cat` works wherever our scripts do, keeps more under way on a long line, and
 * takes no session for good: ssh2 never closes the channel on which a server refused SFTP.
 */
export const uploadWays: readonly { readonly name: string; readonly send: Way }[] = [
  { name: 'cat', send: sendByCat },
  { name: 'SFTP', send: sendBySftp },
];

const STALL_MS = 60_000;
const PIECE = 64 * 1024;

async function sendBySftp(deps: UploadDeps, upload: Upload, signal: AbortSignal): Promise<string | null> {
  const { session, clock, host } = deps;
  try {
    await within({ clock, host, ms: STALL_MS }, signal, (bound, goesOn) =>
      session.putFile(upload.path, upload.content, {
        signal: bound,
        onProgress(piece) {
          goesOn();
          upload.onProgress(piece);
        },
      }),
    );
    return null;
  } catch (error) {
    return refusal(error, signal);
  }
}

async function sendByCat(deps: UploadDeps, upload: Upload, signal: AbortSignal): Promise<string | null> {
  const { session, clock, host, random } = deps;
  const file = shellQuote(upload.path);
  // A cut looks like the end of the file there: what is not whole is gone before anybody could come back for it.
  const isWhole = `[ "$(wc -c <${file})" -eq ${upload.content.length} ]`;
  const script = `umask 077; { cat > ${file} && ${isWhole}; } || { rm -f ${file}; exit 1; }`;
  try {
    return await within({ clock, host, ms: STALL_MS }, signal, async (bound, goesOn) => {
      const { stream, ended } = await session.start(script, `gaffer-${random.uuid()}`, bound);
      stream.resume();
      const pieces = piecesOf(upload, goesOn);
      // Where `cat` ends early, what it said counts, not that its input broke.
      await pipeline(Readable.from(pieces), stream, { signal: bound }).catch((error: unknown) => {
        bound.throwIfAborted();
        if (error instanceof LinkFault) throw error;
      });
      const end = await ended;
      return end.code === 0 ? null : end.stderr.slice(-2_000).trim();
    });
  } catch (error) {
    return refusal(error, signal);
  }
}

function* piecesOf({ content, onProgress }: Upload, goesOn: () => void): Generator<Buffer> {
  for (let at = 0; at < content.length; at += PIECE) {
    const piece = content.subarray(at, at + PIECE);
    yield piece;
    goesOn();
    onProgress(piece.length);
  }
}

function refusal(error: unknown, signal: AbortSignal): string {
  if (signal.aborted || error instanceof LinkFault) throw error;
  return String(error);
}
