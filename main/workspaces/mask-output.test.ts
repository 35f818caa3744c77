import type { ProcessOutputEvent } from '@shared/contract/workspaces.ts';
import { expect, test } from 'vitest';
import { createMask } from '../base/mask.ts';
import { maskOutput } from './mask-output.ts';

const mask = createMask(() => ['hunter2-hunter2']);

async function through(...events: readonly ProcessOutputEvent[]): Promise<ProcessOutputEvent[]> {
  async function* source() {
    yield* events;
  }
  const seen: ProcessOutputEvent[] = [];
  for await (const event of maskOutput(source(), mask)) seen.push(event);
  return seen;
}

const output = (text: string, next: number, skipped = 0): ProcessOutputEvent => ({
  type: 'output',
  text,
  next,
  skipped,
});
const exit: ProcessOutputEvent = { type: 'exit', exitCode: 0 };

test('a secret that arrives in two pieces is hidden; the cursor stays before what is held back', async () => {
  expect(await through(output('é pass hunter2-h', 17), output('unter2 ok\n', 27), exit)).toEqual([
    output('é pass ', 8),
    output('‹secret› ok\n', 27),
    exit,
  ]);
});

test('what only began like one is given at the end, and before a gap', async () => {
  expect(await through(output('a hunter2-', 10), exit)).toEqual([
    output('a ', 2),
    output('hunter2-', 10),
    exit,
  ]);
  expect(await through(output('hunter2-', 8), output('hunter2', 50, 35), exit)).toEqual([
    output('hunter2-', 8),
    output('', 43, 35),
    output('hunter2', 50),
    exit,
  ]);
});
