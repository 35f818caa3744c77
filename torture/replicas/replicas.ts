import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startPostgres, type TestPostgres } from '../../scripts/lib/postgres.ts';
import type { ChatId, WorkspaceId } from '../../shared/model/ids.ts';
import { type Asked, type Reply, startChatServer } from '../harness/chat-server.ts';
import { startTortureDaemon, type TortureDaemon } from '../harness/daemon.ts';
import { type Subscriber, subscribe } from '../harness/subscriber.ts';
import type { TortureOptions } from '../index.ts';
import { agentsOf } from '../kill/processes.ts';
import { type Chance, chanceOf } from '../random.ts';
import { pause } from '../waits.ts';
import { type Replica, type ReplicaSetup, startReplica } from './replica.ts';

/** Besides the one in this process, which looks on, works too, and is never killed. */
const REPLICAS = 3;
const CHATS_A_KILL = 3;
const LEASE_MS = 2_000;
const WORDS = 15;
const REST_MS = 120_000;

interface Talk {
  readonly chatId: ChatId;
  readonly mark: string;
  readonly seen: Subscriber;
}

interface Stage {
  readonly daemon: TortureDaemon;
  readonly workspaceId: WorkspaceId;
  readonly talks: Talk[];
}

/**
 * Replicas on one PostgreSQL are killed, or leave, `count` times while chats talk and run commands, and sometimes the
 * server restarts. In the end every chat rests with its answer, no command ran twice, and a subscriber at another
 * replica has folded what the database holds.
 */
export async function tortureReplicas({ count, seed, say }: TortureOptions): Promise<boolean> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'gaffer-torture-replicas-'));
  const chance = chanceOf('replicas', seed);
  const folder = path.join(dir, 'folder');
  fs.mkdirSync(folder);
  const [server, model] = await Promise.all([startPostgres(), startChatServer(answer)]);
  const env = {
    ...model.env,
    GAFFER_DATABASE_URL: await server.createDatabase(),
    GAFFER_LEASE_MS: String(LEASE_MS),
  };
  const daemon = await startTortureDaemon({ dir, env, folder: { path: folder, approvals: 'auto' } });
  const homeDir = path.join(dir, 'home');
  const setups = Array.from({ length: REPLICAS }, (_, at) => ({
    dir: path.join(dir, `replica-${at}`),
    homeDir,
    env,
  }));
  const replicas = await Promise.all(setups.map(startReplica));
  const talks: Talk[] = [];
  say(`replicas: ${count} ends, seed ${seed}, in ${dir}`);
  let wrong: string[] = ['it did not come to its end'];
  try {
    const stage = { daemon, talks, workspaceId: await prepareFolder(daemon) };
    await endAtRandom({ count, chance, say }, stage, { server, setups, replicas });
    wrong = [...(await problemsOf(stage, path.join(folder, 'effects.txt'))), ...errorsOf(daemon)];
    for (const line of wrong.slice(0, 20)) say(line);
    say(`replicas: ${talks.length} chats over ${count} ends, ${wrong.length} problems, seed ${seed}`);
  } finally {
    await Promise.all(talks.map(({ seen }) => seen.close()));
    await Promise.allSettled(replicas.map((replica) => replica.end('SIGTERM')));
    await daemon.close();
    for (const pid of agentsOf(homeDir)) process.kill(pid, 'SIGKILL');
    await Promise.all([server.stop(), model.stop()]);
  }
  if (wrong.length === 0) fs.rmSync(dir, { recursive: true, force: true });
  return wrong.length === 0;
}

/** A user's text names its mark: first a command that leaves it in a file, then the answer. */
async function answer({ messages, signal }: Asked, reply: Reply): Promise<void> {
  const asked = messages.findLastIndex(({ role }) => role === 'user');
  const mark = /mark-\d+/.exec(messages[asked]?.content ?? '')?.[0] ?? 'mark-0';
  for (let word = 0; word < WORDS && !signal.aborted; word += 1) {
    reply.say(`word${word} `);
    await pause(20);
  }
  if (signal.aborted) return;
  const hasRun = messages.slice(asked).some(({ role }) => role === 'tool');
  if (hasRun) reply.say(`Done with ${mark}.`);
  else {
    const command = `echo ${mark} >> effects.txt; sleep 0.2`;
    reply.callTool(0, { id: 'call_0', name: 'execute', args: { command } });
  }
  reply.finish(hasRun ? 'stop' : 'tool_calls');
}

/** In the database, so that the other replicas know it, too. */
async function prepareFolder(daemon: TortureDaemon): Promise<WorkspaceId> {
  const info = await daemon.call('app.info', {});
  if (!info.ok || info.value.workspaceId === null) throw new Error('the folder was not opened');
  const { workspaceId } = info.value;
  await daemon.call('workspaces.setMode', { workspaceId, mode: 'auto' });
  return workspaceId;
}

async function endAtRandom(
  { count, chance, say }: Pick<TortureOptions, 'count' | 'say'> & { chance: Chance },
  stage: Stage,
  {
    server,
    setups,
    replicas,
  }: { server: TestPostgres; setups: readonly ReplicaSetup[]; replicas: Replica[] },
): Promise<void> {
  for (let ends = 0; ends < count; ends += 1) {
    for (let chats = 0; chats < CHATS_A_KILL; chats += 1) {
      stage.talks.push(await startTalk(stage));
      await pause(chance.between(0, 300));
    }
    if (chance.hit(0.1)) await server.restart();
    const at = chance.between(0, REPLICAS - 1);
    const setup = setups[at];
    if (!setup) throw new Error('no such replica');
    const how = await replicas[at]?.end(chance.hit(0.75) ? 'SIGKILL' : 'SIGTERM');
    replicas[at] = await startReplica(setup);
    if ((ends + 1) % 10 === 0) say(`${ends + 1} ends, the last one: ${how}`);
  }
}

async function startTalk({ daemon, workspaceId, talks }: Stage): Promise<Talk> {
  const mark = `mark-${talks.length + 1}`;
  const sendKey = randomUUID();
  const { chatId } = await insist(() =>
    daemon.call('chat.create', { workspaceId, text: `Leave ${mark}`, sendKey }),
  );
  return { chatId, mark, seen: subscribe(daemon, { chatId }) };
}

/** While the server restarts, calls fail and may be repeated with their key. */
async function insist<T>(
  call: () => Promise<{ ok: true; value: T } | { ok: false; error: unknown }>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      const result = await call();
      if (result.ok) return result.value;
      throw new Error(JSON.stringify(result.error));
    } catch (error) {
      if (tries === 20) throw error;
      await pause(250);
    }
  }
}

async function problemsOf(stage: Stage, effectsFile: string): Promise<string[]> {
  const wrong: string[] = [];
  for (const talk of stage.talks) {
    try {
      const view = await talk.seen.until(
        `${talk.mark} rests`,
        ({ status, messages }) => status !== 'running' && status !== 'interrupting' && messages.length > 1,
        REST_MS,
      );
      if (view.status !== 'waiting')
        wrong.push(`${talk.mark} is ${view.status}: ${JSON.stringify(view.error)}`);
      wrong.push(...(await problemsOfTalk(stage.daemon, talk)));
    } catch (error) {
      wrong.push(String(error));
    }
  }
  const effects = fs.existsSync(effectsFile) ? fs.readFileSync(effectsFile, 'utf8').split('\n') : [];
  for (const { mark } of stage.talks) {
    const times = effects.filter((line) => line === mark).length;
    if (times !== 1) wrong.push(`the command of ${mark} ran ${times} times`);
  }
  return wrong;
}

async function problemsOfTalk(daemon: TortureDaemon, { chatId, mark, seen }: Talk): Promise<string[]> {
  const { messages } = await insist(() => daemon.call('chat.page', { chatId, limit: 50 }));
  const roles = messages.map(({ role }) => role).join(' ');
  const folded = seen.view()?.messages ?? [];
  const wrong: string[] = [];
  if (roles !== 'user assistant tool assistant') wrong.push(`${mark} holds ${roles}`);
  if (!JSON.stringify(messages.at(-1)).includes(`Done with ${mark}.`)) wrong.push(`${mark} has no answer`);
  if (JSON.stringify(folded) !== JSON.stringify(messages))
    wrong.push(`${mark} is shown otherwise than stored`);
  if (seen.gaps() > 0) wrong.push(`${mark} lost parts on their way`);
  return wrong;
}

function errorsOf(daemon: TortureDaemon): string[] {
  return daemon.log
    .filter(({ level }) => level === 'error')
    .map(({ message, fields }) => `logged as a bug: ${message} ${JSON.stringify(fields)}`);
}
