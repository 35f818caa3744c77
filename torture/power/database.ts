import path from 'node:path';
import { chanceOf } from '../random.ts';
import { ChatClient, type Installation, type KnownChat, stateOf } from './chats.ts';
import { checkConsistency } from './check-database.ts';
import { openPowerStore, type PowerStore, type Recording } from './store.ts';

/** How a recorded life of the database ends: the next one begins where it left. */
const LIVES = ['close', 'kill', 'kill', 'close', 'kill'] as const;
const CHATS = 6;

export interface DatabaseWork {
  readonly chats: readonly KnownChat[];
  readonly installation: Installation;
}

/**
 * Several lives of one database, recorded: `steps` operations in each, in chats that work side by side. Enough is
 * written for checkpoints in the middle; the first life lays the database. `onLife` is told before each.
 */
export async function workOnDatabase(
  recording: Recording,
  { seed, steps }: { readonly seed: number; readonly steps: number },
  onLife: () => void,
): Promise<DatabaseWork> {
  const chats: KnownChat[] = [];
  const lanes: KnownChat[] = [];
  let installation: Installation | null = null;
  for (const [life, end] of LIVES.entries()) {
    onLife();
    const store = await openPowerStore(recording.root, recording);
    const installed = (installation ??= await install(store));
    const workerId = chanceOf(seed, 'life', life).uuid();
    const work = Array.from({ length: CHATS }, (_, lane) => {
      const chance = chanceOf(seed, life, lane);
      const isNew = life === 0 || lane === life;
      const known = isNew ? newChat(chance.uuid()) : lanes[lane];
      if (!known) throw new Error('a lane without a chat');
      if (isNew) chats.push(known);
      lanes[lane] = known;
      const client = new ChatClient(store, installed, { known, chance, workerId });
      return live(client, isNew, steps / CHATS);
    });
    await Promise.all(work);
    // Reads wait for their turn: nothing of the engine runs when the process dies.
    await store.call('loadInstallation', {});
    await (end === 'close' ? store.close() : store.kill());
  }
  if (!installation) throw new Error('there was no life');
  return { chats, installation };
}

async function live(client: ChatClient, isNew: boolean, steps: number): Promise<void> {
  if (isNew) await client.create();
  else await client.acquire();
  for (let i = 0; i < steps; i += 1) await client.step();
}

function newChat(chatId: string): KnownChat {
  return { chatId, changes: [], historyVersion: 0, running: false, queued: 0, userRows: [] };
}

async function install(store: PowerStore): Promise<Installation> {
  const { value } = await store.call<Installation>('loadInstallation', {});
  const models = [{ model: 'demo', displayName: 'Demo model', contextLimit: 128_000 }];
  const accounts = [{ kind: 'demo', name: 'Demo', baseUrl: '', source: 'local', models }];
  await store.call('syncEnvAccounts', { accounts, wanted: null });
  return value;
}

/** Opens what a power cut left, as the app would, and answers what does not hold. */
export async function checkDatabaseState(
  dataDir: string,
  work: DatabaseWork,
  answered: ReadonlySet<number>,
): Promise<readonly string[]> {
  let store: PowerStore;
  try {
    store = await openPowerStore(dataDir, null);
  } catch (error) {
    return [`it does not open: ${String(error)}`];
  }
  const wrong: string[] = [];
  try {
    for (const chat of work.chats)
      wrong.push(...(await checkChat(store, work.installation, chat, answered)));
  } catch (error) {
    wrong.push(`it cannot be read: ${String(error)}`);
  } finally {
    await store.close();
  }
  return [...wrong, ...(await checkConsistency(path.join(dataDir, 'db/pg18')))];
}

async function checkChat(
  store: PowerStore,
  installation: Installation,
  chat: KnownChat,
  answered: ReadonlySet<number>,
): Promise<readonly string[]> {
  const last = chat.changes.findLastIndex(({ answer }) => answered.has(answer));
  // What was on its way may be there: the answer had not been given yet.
  const allowed = [last < 0 ? null : chat.changes[last]?.state, chat.changes[last + 1]?.state];
  const found = await stateOf(store, installation, chat.chatId);
  if (allowed.includes(found?.text ?? null)) return [];
  const count = (text: string | null | undefined) => (text ? text.split('\n').length : 0);
  return [
    `chat ${chat.chatId} is not as acknowledged: ${count(found?.text)} rows, ` +
      `not ${count(allowed[0])} (after ${last + 1} changes) or ${count(allowed[1])}`,
  ];
}
