import type { Duplex } from 'node:stream';
import {
  BRIDGE_LIMITS,
  BridgeFault,
  type BridgeFrame,
  encodeFrame,
  FrameReader,
} from '@shared/agent-protocol/bridge-frames.ts';
import { BridgeStream } from './bridge-stream.ts';
import { closedByUs, LinkFault } from './fault.ts';
import { ChannelRefused, type RemoteCommand } from './session.ts';

/**
 * Our half of the stdio bridge: connections to the agent over one command on the host. When the command or the
 * connection ends, or the host breaks the rules, every stream fails with the same reason.
 */
export class Bridge {
  readonly #command: RemoteCommand;
  readonly #streams = new Map<number, BridgeStream>();
  readonly #reader = new FrameReader();
  #newest = 0;
  #ended: Error | null = null;
  #tellEnd: (reason: Error) => void = () => undefined;
  /** Resolves with the reason when it can no longer be used. Never rejects. */
  readonly closed: Promise<Error>;

  constructor(command: RemoteCommand) {
    this.#command = command;
    this.closed = new Promise((resolve) => {
      this.#tellEnd = resolve;
    });
    const { stream, ended } = command;
    stream.on('data', (chunk: Buffer) => this.#guard(() => this.#read(chunk)));
    stream.on('end', () => this.#guard(() => this.#reader.end()));
    stream.on('error', (error) => this.#end(error));
    stream.on('close', () => {
      void ended.then(({ stderr }) =>
        this.#end(new Error(`The bridge to the workspace agent ended. ${stderr.trim()}`)),
      );
    });
    stream.resume();
  }

  /** Why it can no longer be used; null while it can. */
  get ended(): Error | null {
    return this.#ended;
  }

  /** Throws ChannelRefused when the agent is not there, or why the bridge ended. */
  connect(): Promise<Duplex> {
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(this.#ended);
      if (this.#streams.size >= BRIDGE_LIMITS.streams)
        return reject(new ChannelRefused('the bridge has too many connections'));
      const id = ++this.#newest;
      const stream = new BridgeStream({
        id,
        send: (frame, done) => this.#command.stream.write(frame, done),
        onOpened: () => resolve(stream),
        onGone: () => this.#streams.delete(id),
      });
      stream.on('error', (error) =>
        reject(error instanceof LinkFault ? error : new ChannelRefused(error.message)),
      );
      stream.on('close', () => reject(new ChannelRefused('it was closed')));
      this.#streams.set(id, stream);
      this.#command.stream.write(encodeFrame('open', id));
    });
  }

  close(): void {
    this.#end(closedByUs('The bridge to the workspace agent was closed.'));
  }

  #read(chunk: Buffer): void {
    for (const frame of this.#reader.read(chunk)) {
      if (frame.kind === 'fault') throw new BridgeFault(`the host: ${textOf(frame)}`);
      if (frame.stream > this.#newest || frame.kind === 'open')
        throw new BridgeFault(`a ${frame.kind} of stream ${frame.stream}, which was not opened`);
      // One that has just been closed may still be spoken of.
      this.#streams.get(frame.stream)?.hear(frame);
    }
  }

  #guard(run: () => void): void {
    if (this.#ended) return;
    try {
      run();
    } catch (error) {
      if (!(error instanceof BridgeFault)) throw error;
      this.#end(new Error(`The bridge to the workspace agent broke: ${error.message}.`));
    }
  }

  #end(reason: Error): void {
    if (this.#ended) return;
    this.#ended = reason;
    this.#tellEnd(reason);
    for (const stream of this.#streams.values()) stream.destroy(reason);
    this.#command.stream.destroy();
  }
}

function textOf({ payload }: BridgeFrame): string {
  return Buffer.from(payload).toString('utf8');
}
