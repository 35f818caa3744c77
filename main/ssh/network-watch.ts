import os from 'node:os';
import type { Clock } from '../base/clock.ts';

export interface NetworkWatchOptions {
  readonly clock: Clock;
  /** Whether a change would interest anybody: else it is not looked for. */
  readonly isWanted: () => boolean;
  readonly onChange: () => void;
  /** The addresses of this computer; an argument for tests. */
  readonly read?: () => string;
}

/** Looking costs next to nothing, and Node tells nobody of a change. */
const EVERY_MS = 5_000;

/** Notices that this computer has other addresses than before: another network, a cable, a VPN. */
export class NetworkWatch {
  readonly #options: NetworkWatchOptions;
  #loop: Promise<void> | null = null;
  #ending = new AbortController();

  constructor(options: NetworkWatchOptions) {
    this.#options = options;
  }

  /** Again is the same as once. */
  start(): void {
    this.#loop ??= this.#run(this.#ending.signal);
  }

  async stop(): Promise<void> {
    this.#ending.abort(new DOMException('Nobody watches the network.', 'AbortError'));
    await this.#loop;
    this.#loop = null;
    this.#ending = new AbortController();
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { clock, isWanted, onChange, read = addresses } = this.#options;
    let before: string | null = null;
    while (!signal.aborted) {
      const now = isWanted() ? read() : null;
      const changed = before !== null && now !== null && now !== before;
      before = now;
      if (changed) onChange();
      await clock.sleep(EVERY_MS, signal).catch(() => undefined);
    }
  }
}

/** Without those that every computer has, and those that come and go by themselves all the time. */
function addresses(): string {
  return Object.entries(os.networkInterfaces())
    .flatMap(([name, infos]) => (infos ?? []).map((info) => ({ name, ...info })))
    .filter(({ internal, scopeid }) => !internal && !scopeid)
    .map(({ name, address }) => `${name} ${address}`)
    .sort()
    .join('\n');
}
