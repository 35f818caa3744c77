import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineTool, toolResult } from './define.ts';
import { Interrupted } from './interrupted.ts';
import { readFile } from './read-file.ts';
import { runTool } from './run-tool.ts';
import { connectionTo, fakeAgent, runContext } from './testing/fake-agent.ts';
import { writeFile } from './write-file.ts';

const read = { success: true, content: 'a', file_size: 1, total_lines: 1, lines_read: 1 };
const call = { name: 'write_file', args: { path: 'a', content: 'b' } };

it('a write tells that it leaves before it is sent; a read never does', async () => {
  const order: string[] = [];
  const agent = fakeAgent({
    writeFile: async () => void order.push('sent'),
    readLines: async () => read,
  });
  const context = runContext(connectionTo(agent), { onLeave: () => order.push('leaves') });
  expect((await runTool([writeFile, readFile], call, context)).isError).toBe(false);
  expect(order).toEqual(['leaves', 'sent']);
  await runTool([writeFile, readFile], { name: 'read_file', args: { path: 'a' } }, context);
  expect(order).toEqual(['leaves', 'sent']);
});

it('what is stopped while it waits for its workspace has not left', async () => {
  const stop = new AbortController();
  const order: string[] = [];
  const context = runContext(connectionTo(fakeAgent()), {
    connect: () => new Promise(() => {}),
    signal: stop.signal,
    onLeave: () => order.push('leaves'),
  });
  const running = runTool([writeFile], call, context);
  stop.abort(new Interrupted());
  await expect(running).rejects.toBeInstanceOf(Interrupted);
  expect(order).toEqual([]);
});

it('a tool that acts outside of the workspace has left as soon as it begins', async () => {
  const order: string[] = [];
  const tool = defineTool({
    name: 'elsewhere',
    description: 'Acts.',
    effect: 'effect',
    input: z.object({}),
    describe: () => ({ verb: 'Act', doing: 'Acting', subject: '' }),
    access: () => ({ kind: 'free' }),
    run: async () => {
      order.push('acts');
      return toolResult({});
    },
  });
  const context = runContext(connectionTo(fakeAgent()), { onLeave: () => order.push('leaves') });
  await runTool([tool], { name: 'elsewhere', args: {} }, context);
  expect(order).toEqual(['leaves', 'acts']);
});
