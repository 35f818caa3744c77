import type { ProcessOutput } from '@shared/agent-protocol/index.ts';
import { expect, test } from 'vitest';
import { AgentError, LinkDown } from '../agent-client/client.ts';
import { DatabaseFault } from '../db/fault.ts';
import { WorkspaceProblem } from '../workspaces/connection.ts';
import { Interrupted } from './interrupted.ts';
import { workspaceTools } from './registry.ts';
import { runTool } from './run-tool.ts';
import { DrivenClock, settle } from './testing/driven-clock.ts';
import { connectionTo, fakeAgent, runContext } from './testing/fake-agent.ts';

const running: ProcessOutput = { output: 'so far', running: true, exit_code: null };
const call = (args: unknown) => ({ name: 'execute', args });

/** Answers a wait when its signal aborts, as a process that never ends does. */
const endless = (_id: string, wait: boolean, { signal }: { signal: AbortSignal }) =>
  wait
    ? new Promise<ProcessOutput>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      })
    : Promise.resolve(running);

test('#315 an empty command starts nothing', async () => {
  const run = await runTool(workspaceTools, call({ command: '  ' }), runContext(connectionTo(fakeAgent())));
  expect(run).toMatchObject({ isError: true, result: { error: 'command is required' } });
});

test('#321 a start that fails is a result with success false', async () => {
  const client = fakeAgent({
    startProcess: () => Promise.reject(new AgentError('no such directory', 400, 'not-a-directory')),
  });
  const run = await runTool(workspaceTools, call({ command: 'ls' }), runContext(connectionTo(client)));
  expect(run).toMatchObject({ isError: true, result: { success: false, error: 'no such directory' } });
});

test('a key that was used for another request is an outcome that nobody knows', async () => {
  const reused = () => Promise.reject(new AgentError('the key was used', 409, 'key-reused'));
  const context = runContext(connectionTo(fakeAgent({ startProcess: reused, writeFile: reused })));
  const unknown = { isError: true, unknown: true, result: { outcome: 'unknown' } };
  expect(await runTool(workspaceTools, call({ command: 'ls' }), context)).toMatchObject(unknown);
  const write = { name: 'write_file', args: { path: 'a', content: 'b' } };
  expect(await runTool(workspaceTools, write, context)).toMatchObject(unknown);
});

test('a database that fails while the command runs is thrown: the repeat finds the command again', async () => {
  const client = fakeAgent({ startProcess: () => Promise.resolve({ id: 'p1' }), processOutput: endless });
  const onProcess = () => Promise.reject(new DatabaseFault('disk-full', 'The disk is full.'));
  const context = { ...runContext(connectionTo(client)), onProcess };
  await expect(runTool(workspaceTools, call({ command: 'ls' }), context)).rejects.toBeInstanceOf(
    DatabaseFault,
  );
});

test('#322 an output that cannot be read is a result with success false and the process id', async () => {
  const client = fakeAgent({
    startProcess: () => Promise.resolve({ id: 'p1' }),
    processOutput: () => Promise.reject(new AgentError('the spool is gone', 500, 'io')),
  });
  const run = await runTool(workspaceTools, call({ command: 'ls' }), runContext(connectionTo(client)));
  expect(run.result).toMatchObject({
    success: false,
    error: 'the spool is gone',
    background_process_id: 'p1',
  });
});

test('#323 no workspace and a workspace without a connection are results', async () => {
  const without = async (problem: WorkspaceProblem) =>
    runTool(
      workspaceTools,
      call({ command: 'ls' }),
      runContext(connectionTo(fakeAgent()), { connect: () => Promise.reject(problem) }),
    );
  expect(await without(new WorkspaceProblem('no-workspace', 'chat has no workspace'))).toMatchObject({
    isError: true,
    result: { error: 'chat has no workspace' },
  });
  expect(await without(new WorkspaceProblem('unreachable', 'The host is away.'))).toMatchObject({
    isError: true,
    result: { error: 'workspace_unreachable', message: 'The host is away.' },
  });
});

test('#320 at the timeout the command keeps running and is named', async () => {
  const clock = new DrivenClock();
  const client = fakeAgent({ startProcess: () => Promise.resolve({ id: 'p1' }), processOutput: endless });
  const pending = runTool(
    workspaceTools,
    call({ command: 'sleep 99', timeout: '30s' }),
    runContext(connectionTo(client), { clock }),
  );
  await clock.pass(29_999);
  expect(clock.sleeping).toBe(1);
  await clock.pass(1);
  expect((await pending).result).toMatchObject({
    success: false,
    exit_code: -1,
    error: 'command timed out after 30s',
    output: 'so far',
    wall_duration_ms: 30_000,
    background_process_id: 'p1',
  });
  expect(clock.sleeping).toBe(0);
});

test('the clock of a command stands while its link is down', async () => {
  const clock = new DrivenClock();
  const link = fakeLink();
  const client = fakeAgent({ startProcess: () => Promise.resolve({ id: 'p1' }), processOutput: endless });
  const pending = runTool(
    workspaceTools,
    call({ command: 'sleep 99', timeout: '10s' }),
    runContext(connectionTo(client, { link: link.watch }), { clock }),
  );
  await clock.pass(6_000);
  await link.turn(false);
  await clock.pass(20 * 60_000);
  await link.turn(true);
  await clock.pass(3_999);
  expect(clock.sleeping).toBe(1);
  await clock.pass(1);
  expect((await pending).result).toMatchObject({ error: 'command timed out after 10s' });
});

test('a link that stays down for 30 minutes ends the call as unreachable', async () => {
  const clock = new DrivenClock();
  const link = fakeLink();
  const client = fakeAgent({ startProcess: () => Promise.resolve({ id: 'p1' }), processOutput: endless });
  const pending = runTool(
    workspaceTools,
    call({ command: 'sleep 99' }),
    runContext(connectionTo(client, { link: link.watch }), { clock }),
  );
  await settle();
  await link.turn(false);
  await clock.run(30 * 60_000);
  expect(await pending).toMatchObject({
    isError: true,
    result: { success: false, error: 'workspace_unreachable', background_process_id: 'p1' },
  });
});

test('a start whose answer is lost is unknown, never a failure', async () => {
  const client = fakeAgent({ startProcess: () => Promise.reject(new LinkDown('cut')) });
  const run = await runTool(workspaceTools, call({ command: 'ls' }), runContext(connectionTo(client)));
  expect(run).toMatchObject({ isError: true, unknown: true, result: { outcome: 'unknown' } });
});

test('an interrupt terminates, kills after 5 s, and answers what there is', async () => {
  const clock = new DrivenClock();
  const signals: string[] = [];
  const controller = new AbortController();
  const client = fakeAgent({
    startProcess: () => Promise.resolve({ id: 'p1' }),
    processOutput: endless,
    signalProcess: async (_id, signal) => void signals.push(signal),
  });
  const pending = runTool(
    workspaceTools,
    call({ command: 'sleep 99' }),
    runContext(connectionTo(client), { clock, signal: controller.signal }),
  );
  await settle();
  controller.abort(new Interrupted());
  await settle();
  expect(signals).toEqual(['terminate']);
  await clock.pass(5_000);
  expect(signals).toEqual(['terminate', 'kill']);
  await clock.pass(2_000);
  expect(await pending).toMatchObject({ isError: true, result: { success: false, exit_code: -1 } });
});

test('an interrupt during the start waits for the answer and then terminates', async () => {
  const controller = new AbortController();
  let answerStart = (_started: { id: string }) => {};
  const signals: string[] = [];
  const ended: ProcessOutput = { output: 'bye', running: false, exit_code: -1 };
  const client = fakeAgent({
    startProcess: () =>
      new Promise((resolve) => {
        answerStart = resolve;
      }),
    processOutput: () => Promise.resolve(ended),
    signalProcess: async (id, signal) => void signals.push(`${signal} ${id}`),
  });
  const pending = runTool(
    workspaceTools,
    call({ command: 'sleep 99' }),
    runContext(connectionTo(client), { signal: controller.signal }),
  );
  await settle();
  controller.abort(new Interrupted());
  answerStart({ id: 'p1' });
  expect((await pending).result).toMatchObject({ output: 'bye', stopped: true });
  expect(signals).toEqual(['terminate p1']);
});

test('a shutdown leaves the process alone', async () => {
  const controller = new AbortController();
  const client = fakeAgent({ startProcess: () => Promise.resolve({ id: 'p1' }), processOutput: endless });
  const pending = runTool(
    workspaceTools,
    call({ command: 'sleep 99' }),
    runContext(connectionTo(client), { signal: controller.signal }),
  );
  await settle();
  controller.abort(new Error('closing'));
  await expect(pending).rejects.toThrow('closing');
});

test('an interrupt does not wait for a workspace that is being reached', async () => {
  const controller = new AbortController();
  const pending = runTool(
    workspaceTools,
    call({ command: 'ls' }),
    runContext(connectionTo(fakeAgent()), {
      signal: controller.signal,
      connect: () => new Promise(() => {}),
    }),
  );
  controller.abort(new Interrupted());
  await expect(pending).rejects.toThrow('interrupted by the user');
});

test('secrets are masked before the result is cut', async () => {
  const client = fakeAgent({
    startProcess: () => Promise.resolve({ id: 'p1' }),
    processOutput: () => Promise.resolve({ output: 'key=hunter2', running: false, exit_code: 0 }),
  });
  const run = await runTool(
    workspaceTools,
    call({ command: 'env' }),
    runContext(connectionTo(client), { mask: (text) => text.replaceAll('hunter2', '••••') }),
  );
  expect(run.result).toMatchObject({ output: 'key=••••' });
});

function fakeLink() {
  let isUp = true;
  let waiters: (() => void)[] = [];
  return {
    watch: {
      up: () => isUp,
      changed: (signal: AbortSignal) =>
        new Promise<void>((resolve) => {
          waiters.push(resolve);
          signal.addEventListener('abort', () => resolve(), { once: true });
        }),
    },
    async turn(up: boolean) {
      await settle();
      isUp = up;
      for (const wake of waiters.splice(0)) wake();
      waiters = [];
      await settle();
    },
  };
}
