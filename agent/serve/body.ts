import type { IncomingMessage } from 'node:http';
import { Refusal } from '../base/refusal.ts';

/** Of what a client sends as a body: how much, and how long it may say nothing in the middle of it. */
export interface BodyBounds {
  readonly most: number;
  readonly silentMs: number;
  /** Aborts when nobody waits for the answer; the message itself does not always say so. */
  readonly signal: AbortSignal;
}

/** Left early, the message lives on: the refusal goes over the same connection. */
export function readBody(
  message: IncomingMessage,
  { most, silentMs, signal }: BodyBounds,
): Promise<Buffer> {
  const tooLarge = new Refusal(413, 'too-large', `the body is larger than ${most} bytes`);
  if (Number(message.headers['content-length'] ?? 0) > most) return Promise.reject(tooLarge);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (failure: Error | null) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onClose);
      message.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
      if (failure === null) resolve(Buffer.concat(chunks));
      else reject(failure);
    };
    const timer = setTimeout(
      () => settle(new Refusal(408, 'timeout', `no more of the body came for ${silentMs / 1000} s`)),
      silentMs,
    );
    const onData = (chunk: Buffer) => {
      timer.refresh();
      size += chunk.length;
      chunks.push(chunk);
      if (size > most) settle(tooLarge);
    };
    const onEnd = () => settle(null);
    const onClose = () => settle(new Refusal(400, 'bad-request', 'the body came to no end'));
    signal.addEventListener('abort', onClose);
    message.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}

const DISCARD_BYTES = 64 * 2 ** 20;
const DISCARD_MS = 5_000;

/**
 * A client reads the refusal after it has sent its body: closing before would show it a broken connection. Resolves when
 * there is no more, or too much.
 */
export function discardRest(message: IncomingMessage): Promise<void> {
  if (message.complete || message.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    let left = DISCARD_BYTES;
    const timer = setTimeout(() => message.destroy(), DISCARD_MS);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    message.on('end', done).on('close', done).on('error', done);
    message.on('data', (chunk: Buffer) => {
      left -= chunk.length;
      if (left < 0) message.destroy();
    });
  });
}
