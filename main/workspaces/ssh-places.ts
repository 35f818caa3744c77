import type { Result } from '@shared/util/result.ts';
import type { Place } from './place.ts';
import type { HostRecord } from './records.ts';

export interface SshRequest {
  /** `user@host`, `user@host:port` or `host`. */
  readonly target: string;
  readonly directory: string;
  /** Path of a private key; null: the ssh-agent. */
  readonly identityFile: string | null;
}

export interface SshRefusal {
  readonly code: 'bad-target' | 'unreachable' | 'host-key' | 'auth' | 'not-a-folder' | 'agent';
  readonly message: string;
}

export interface SshPlaces {
  /** Connects and finds the directory. */
  open(
    request: SshRequest,
    signal: AbortSignal,
  ): Promise<Result<{ readonly host: HostRecord; readonly directory: string }, SshRefusal>>;
  /** The same host is the same place. Connects at first use. */
  placeOf(host: HostRecord): Place;
}
