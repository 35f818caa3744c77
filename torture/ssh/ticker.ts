import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { isAlive } from '../../e2e/fixtures/process-tree.ts';
import type { ChatId, WorkspaceId } from '../../shared/model/ids.ts';
import type { TortureDaemon } from '../harness/daemon.ts';
import { readTruth } from '../stream/checks.ts';
import { pause, within } from '../waits.ts';
import type { TortureHost } from './host.ts';
import type { ScriptedModel } from './model.ts';
import { messageText, type Script } from './script.ts';

const START_MS = 60_000;
const END_MS = 120_000;
const TICK = /^tick (\d+)$/;

/** A process that runs on the host through everything, and a person who reads its output all the while. */
export interface Ticker {
  /** It runs, and was started once. */
  wrong(): string[];
  /** Lets it end, and reads to its end. Answers what is missing; `holes`: the disk was full, so something may be. */
  end(holes: boolean): Promise<string[]>;
}

export interface TickerPlace {
  readonly daemon: TortureDaemon;
  readonly model: ScriptedModel;
  readonly host: TortureHost;
  readonly workspaceId: WorkspaceId;
}

export async function startTicker({ daemon, model, host, workspaceId }: TickerPlace): Promise<Ticker> {
  const token = `ticks-${host.name}`;
  const script: Script = { token, calls: [{ tool: 'tick', mark: token, command: host.tickingCommand }] };
  model.play(script);
  const made = await daemon.call('chat.create', {
    workspaceId,
    text: messageText(script),
    sendKey: randomUUID(),
  });
  if (!made.ok) throw new Error(`chat.create: ${made.error.message}`);
  const { chatId } = made.value;
  const processId = await within(START_MS, 'the ticking command', findProcess(daemon, chatId));
  const pid = pidOf(host, processId);
  const heard = listen(daemon, chatId, processId);
  return {
    wrong() {
      const starts = fs.readFileSync(path.join(host.work, 'starts'), 'utf8');
      return [
        ...(isAlive(pid) ? [] : ['the running process did not survive']),
        ...(starts === 'start\n'
          ? []
          : [`the running process was started anew: ${JSON.stringify(starts)}`]),
      ];
    },
    async end(holes) {
      host.stopTicking();
      const { text, exitCode } = await within(END_MS, 'the end of the ticking command', heard);
      return [
        ...(exitCode === 0 ? [] : [`the running process ended with ${exitCode}`]),
        ...gapsIn(text, holes),
      ];
    },
  };
}

async function findProcess(daemon: TortureDaemon, chatId: ChatId): Promise<string> {
  for (;;) {
    const { rows, view } = await readTruth(daemon, chatId);
    if (view.error) throw new Error(view.error.message);
    const part = rows.flatMap(({ content }) => content).find((each) => each.type === 'tool-result');
    const id = /"background_process_id":"([^"]+)"/.exec(JSON.stringify(part ?? null))?.[1];
    if (id !== undefined) return id;
    if (part) throw new Error(`the ticking command did not start: ${JSON.stringify(part)}`);
    await pause(50);
  }
}

function pidOf({ work }: TortureHost, processId: string): number {
  const file = path.join(path.dirname(work), '.gaffer/runs', processId, 'pid');
  return (JSON.parse(fs.readFileSync(file, 'utf8')) as { pid: number }).pid;
}

/** Reads as the window does, which asks again from where it was when a feed ends without an exit. */
async function listen(
  daemon: TortureDaemon,
  chatId: ChatId,
  processId: string,
): Promise<{ text: string; exitCode: number | null }> {
  const never = new AbortController().signal;
  let [text, after] = ['', 0];
  for (;;) {
    for await (const event of daemon.watch('process.output', { chatId, processId, after }, never)) {
      if (event.type === 'exit') return { text, exitCode: event.exitCode };
      if (event.skipped > 0) text += `(${event.skipped} bytes are missing)\n`;
      text += event.text;
      after = event.next;
    }
  }
}

/** `holes`: lines may be missing, and those beside them be cut, but the rest is in order, to the end. */
function gapsIn(text: string, holes: boolean): string[] {
  const lines = text.split('\n').slice(0, -1);
  const last = lines.pop() ?? '';
  const whole = holes ? lines.filter((line) => TICK.test(line)) : lines;
  const numbers = whole.map((line) => Number(TICK.exec(line)?.[1]));
  const broken = numbers.findIndex((n, at) => {
    const before = numbers[at - 1] ?? 0;
    return !(holes ? n > before : n === before + 1);
  });
  const wrong =
    broken < 0 ? [] : [`its output breaks: ${JSON.stringify(whole.slice(broken - 1, broken + 2))}`];
  const count = numbers.at(-1) ?? 0;
  if (last !== `end ${count}`) wrong.push(`its output ends with ${JSON.stringify([lines.at(-1), last])}`);
  return wrong;
}
