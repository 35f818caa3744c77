import type { ConnectTrace } from '@shared/model/host.ts';
import { expect, test } from 'vitest';
import { systemClock } from '../base/clock.ts';
import { TraceShelf } from './trace-shelf.ts';

test('the last attempt of a host is told while it runs, and kept after it', async () => {
  const shelf = new TraceShelf(systemClock);
  const stop = new AbortController();
  const seen: (ConnectTrace | null)[] = [];
  const watching = (async () => {
    for await (const trace of shelf.watch('box', stop.signal)) {
      seen.push(trace);
      if (trace === null) shelf.begin('box').begin('tcp', 'box', 'Connecting').ok('Connected');
      else stop.abort();
    }
  })();
  await watching;
  expect(seen[0]).toBeNull();
  expect(seen[1]).toMatchObject({ host: 'box', stages: [{ stage: 'tcp', state: 'ok' }] });
  shelf.begin('box').end('failed');
  expect(shelf.get('box')).toMatchObject({ outcome: 'failed', stages: [] });
  expect(shelf.get('other')).toBeNull();
});

test('of many hosts those are kept that were tried last', () => {
  const shelf = new TraceShelf(systemClock);
  for (let host = 0; host < 60; host++) shelf.begin(`host-${host}`);
  shelf.begin('host-10');
  shelf.begin('host-60');
  expect(shelf.get('host-10')).not.toBeNull();
  expect(shelf.get('host-11')).toBeNull();
  expect(shelf.get('host-12')).not.toBeNull();
});
