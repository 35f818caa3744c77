import type { Round } from './plan.ts';
import type { World } from './world.ts';

/** One kill. */
export function lineOf(world: World, { moment, agentBeforeMs, rest }: Round, tookMs: number): string {
  const { round, chats } = world;
  const agent = agentBeforeMs === null ? '' : `, agent ${agentBeforeMs} ms before`;
  return (
    `${String(round).padStart(4)}  ${moment.kind.padEnd(8)} +${String(moment.afterMs).padStart(4)} ms${agent}` +
    `${rest ? ', after a rest' : ''}  ${chats.length} chats, ${rowsOf(world)} rows, ${(tookMs / 1000).toFixed(1)} s`
  );
}

/** What the run went through. */
export function tableOf(
  world: World,
  counts: Readonly<Record<string, number>>,
  openMs: readonly number[],
): string[] {
  const fates = world.chats.flatMap((chat) => chat.sent.map((sent) => sent.fate));
  const of = (fate: string) => fates.filter((one) => one === fate).length;
  const opened = openMs.toSorted((a, b) => a - b);
  const lines: [string, string | number][] = [
    ['kills', world.round],
    ['of the agent too', world.agentKills],
    ['chats', world.chats.length],
    ['messages acknowledged and there', of('acked')],
    ['messages taken away by edit or deletion', of('cut')],
    ['messages that the kill came before', of('gone')],
    ['durable rows seen', rowsOf(world)],
    ['stops by the person', world.chats.reduce((sum, chat) => sum + chat.stops, 0)],
    ['results of tools', tally(Object.values(world.readings))],
    ['acknowledged calls', named(counts)],
    ['window after a kill, median / slowest', `${opened[opened.length >> 1]} / ${opened.at(-1)} ms`],
  ];
  return ['', ...lines.map(([name, value]) => `${name.padEnd(42)} ${value}`)];
}

function rowsOf({ chats }: World): number {
  return chats.reduce((sum, chat) => sum + Object.keys(chat.rows).length, 0);
}

function tally(words: readonly string[]): string {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return named(counts);
}

function named(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
}
