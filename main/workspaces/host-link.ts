import type { LinkState } from '@shared/model/workspace.ts';
import type { LinkWatch } from './connection.ts';

/** What owns a connection and tells its states: the present one first, then every later one. */
export interface LinkSource {
  readonly state: LinkState;
  watch(signal: AbortSignal): AsyncIterable<LinkState>;
}

/** A link as tools see it: up, or not. */
export function linkWatch(source: LinkSource): LinkWatch {
  const up = () => source.state.state === 'up';
  return {
    up,
    async changed(signal) {
      const before = up();
      for await (const { state } of source.watch(signal)) {
        if ((state === 'up') !== before) return;
      }
    },
  };
}
