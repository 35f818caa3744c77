import type { Message } from '../../shared/model/message.ts';
import { type ClaimedCall, checkCommand, checkFiles, readResult } from './effects.ts';
import type { Script, Step } from './script.ts';
import { type Turn, type TurnStep, tokenOf, turnsOf } from './turns.ts';
import type { Snapshot } from './window.ts';
import { cutBy, type KnownChat, type Sent, type World } from './world.ts';

/** What the whole check needs besides the chat. `settled`: nothing runs any more. */
export interface Surroundings {
  readonly world: World;
  readonly directory: string;
  readonly effects: ReadonlyMap<string, number>;
  readonly settled: boolean;
}

/** Holds what the app shows of a chat against what is known, and learns from it. Answers what is wrong. */
export function checkChat(
  around: Surroundings,
  chat: KnownChat,
  seen: { readonly snapshot: Snapshot; readonly rows: readonly Message[] },
): string[] {
  const found: string[] = [];
  const wrong = (what: string) => found.push(`chat ${chat.firstToken} (${chat.chatId}): ${what}`);
  const { snapshot, rows } = seen;
  checkAscending(rows, wrong);
  checkSent(chat, seen, wrong);
  for (const row of rows) rememberRow(chat, row, wrong);
  checkKept(chat, rows, wrong);
  if (snapshot.error) wrong(`it ended in an error: ${JSON.stringify(snapshot.error)}`);
  const turns = turnsOf(rows, wrong);
  for (const turn of turns) checkTurn(around, chat, { turn, snapshot }, wrong);
  const over = (turn: Turn) => turn.isPast || snapshot.status === 'waiting';
  const short = turns.filter((turn) => over(turn) && !isComplete(around.world.scripts[turn.token], turn));
  if (short.length > chat.stops) wrong(`${short.length} turns are incomplete, ${chat.stops} were stopped`);
  return found;
}

function checkAscending(rows: readonly Message[], wrong: (what: string) => void): void {
  rows.forEach((row, at) => {
    const before = rows[at - 1];
    if (before && before.id >= row.id) wrong(`row ${row.id} comes after row ${before.id}`);
  });
}

/** Each message once, in the order of sending; what the kill left open is settled by what is there. */
function checkSent(
  chat: KnownChat,
  { snapshot, rows }: { snapshot: Snapshot; rows: readonly Message[] },
  wrong: (what: string) => void,
): void {
  const asRows = rows.filter((row) => row.role === 'user').map(tokenOf);
  const queued = snapshot.queue.map(tokenOf);
  const there = [...asRows, ...queued];
  const known = new Map(chat.sent.map((sent) => [sent.token, sent]));
  there.forEach((token, at) => {
    if (there.indexOf(token) !== at) wrong(`message ${token} is there twice`);
    if (!known.has(token)) wrong(`message ${token} was never sent`);
  });
  // All before any is judged: an edit that happened excuses what it took away.
  for (const sent of chat.sent) settleFate(chat, sent, rows, there.includes(sent.token));
  for (const sent of chat.sent) {
    if (sent.fate === 'acked' && !there.includes(sent.token))
      wrong(`message ${sent.token} was acknowledged and is lost`);
    if ((sent.fate === 'cut' || sent.fate === 'gone') && there.includes(sent.token)) {
      wrong(`message ${sent.token} is there, and should not be (${sent.fate})`);
    }
  }
  const inOrder = chat.sent.map((sent) => sent.token).filter((token) => there.includes(token));
  if (inOrder.join() !== there.filter((token) => known.has(token)).join()) {
    wrong(`messages are in another order: ${there.join()} instead of ${inOrder.join()}`);
  }
}

function settleFate(chat: KnownChat, sent: Sent, rows: readonly Message[], isThere: boolean): void {
  if (sent.fate === 'asked' && sent.replaces !== null) {
    if (!isThere) {
      sent.fate = 'gone';
      return;
    }
    const own = rows.find((row) => row.role === 'user' && tokenOf(row) === sent.token);
    if (own) takeCut(chat, sent, own.id);
  } else if (sent.fate === 'asked' && isThere) {
    sent.fate = 'acked';
  }
  if (sent.deletionAsked) {
    sent.deletionAsked = false;
    if (!isThere) sent.fate = 'cut';
  }
}

/** An edit that happened, with the row that it made. */
export function takeCut(chat: KnownChat, edit: Sent, newRowId: number): void {
  const target = Object.entries(chat.rows).find(
    ([, text]) => text.startsWith('user|') && text.includes(`[${edit.replaces}]`),
  );
  if (target) chat.cuts.push({ from: Number(target[0]), to: newRowId });
  cutBy(chat, edit);
}

/** Also called for rows that a feed brings: once seen, a row stays as it is. */
export function rememberRow(chat: KnownChat, row: Message, wrong: (what: string) => void): void {
  const text = `${row.role}|${row.interrupted}|${JSON.stringify(row.content)}`;
  const before = chat.rows[row.id];
  if (before !== undefined && before !== text) wrong(`row ${row.id} changed from ${before} to ${text}`);
  chat.rows[row.id] = text;
}

function checkKept(chat: KnownChat, rows: readonly Message[], wrong: (what: string) => void): void {
  const there = new Set<number>(rows.map((row) => row.id));
  for (const [key, text] of Object.entries(chat.rows)) {
    const id = Number(key);
    const isCut = chat.cuts.some(({ from, to }) => id >= from && id < to);
    if (!isCut && !there.has(id)) wrong(`row ${id} was durable and is lost: ${text}`);
    if (isCut && there.has(id)) wrong(`row ${id} was cut and is there: ${text}`);
  }
}

function checkTurn(
  around: Surroundings,
  chat: KnownChat,
  { turn, snapshot }: { turn: Turn; snapshot: Snapshot },
  wrong: (what: string) => void,
): void {
  const script = around.world.scripts[turn.token];
  const sent = chat.sent.find((one) => one.token === turn.token);
  if (!script || !sent) return;
  const isOver = turn.isPast || snapshot.status === 'waiting';
  const past = { unknown: false };
  const claimed = turn.steps.flatMap((step, at) => {
    checkWords(step, script.steps[at], (what) => wrong(`${turn.token} step ${at}: ${what}`));
    const open = step.calls.some(({ result }) => result === null);
    const isLast = at === turn.steps.length - 1;
    if (open && (isOver || !isLast)) wrong(`${turn.token} step ${at} has calls without a result`);
    return claimsOf(script.steps[at], { step, chat, sent, world: around.world, past }, wrong);
  });
  for (const claim of claimed) {
    for (const what of checkCommand(claim, around.effects, around.settled)) wrong(what);
  }
  if (isOver) for (const what of checkFiles(around.directory, claimed)) wrong(what);
  if (isComplete(script, turn)) sent.complete = isOver;
  else if (isOver && !sent.mayStop)
    wrong(`the turn of ${turn.token} ended after ${turn.steps.length} of ${script.steps.length} steps`);
}

function isComplete(script: Script | undefined, turn: Turn): boolean {
  return turn.steps.length === script?.steps.length && !turn.steps.some((step) => step.row.interrupted);
}

/** What was said is what the script says; of a stopped step it is a beginning. */
function checkWords(step: TurnStep, said: Step | undefined, wrong: (what: string) => void): void {
  if (!said) {
    wrong('the script has no such step');
    return;
  }
  for (const [found, meant] of [
    [step.text, said.text],
    [step.reasoning, said.reasoning ?? ''],
  ] as const) {
    const fits = step.row.interrupted ? meant.startsWith(found) : meant === found;
    if (!fits) wrong(`it says ${JSON.stringify(found)} instead of ${JSON.stringify(meant)}`);
  }
  const marks = said.calls.map((call) => call.tool).join();
  const called = step.calls.map(({ call }) => call.tool_name).join();
  if (!step.row.interrupted && marks !== called) wrong(`it called ${called} instead of ${marks}`);
}

/** `past.unknown`: a call of this turn was denied, or answered that it is not known, so those after it may stumble over it. */
function claimsOf(
  said: Step | undefined,
  turn: { step: TurnStep; chat: KnownChat; sent: Sent; world: World; past: { unknown: boolean } },
  wrong: (what: string) => void,
): ClaimedCall[] {
  const { step, chat, sent, world, past } = turn;
  return step.calls.flatMap(({ result }, at): ClaimedCall[] => {
    const call = said?.calls[at];
    if (!call) return [];
    if (result === null) return [{ call, claim: 'may' }];
    const { reading, claim } = readResult(call, result);
    world.readings[call.mark] = reading;
    const person = chat.answers[`${step.row.id}:${at}`];
    const excused = {
      success: person !== 'deny',
      denied: person === 'deny' || person === '?deny',
      stopped: sent.mayStop,
      unknown: sent.mayStop || sent.agentLost,
      failure: past.unknown,
    }[reading];
    past.unknown ||= reading === 'unknown' || reading === 'denied';
    if (!excused) wrong(`the call ${call.mark} answered ${JSON.stringify(result)} without a reason`);
    if (reading === 'unknown' && !sent.mayStop)
      world.readings[call.mark] = 'unknown after the death of the agent';
    return [{ call, claim }];
  });
}
