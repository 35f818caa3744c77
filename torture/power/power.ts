import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TortureOptions } from '../index.ts';
import { type Chance, chanceOf } from '../random.ts';
import { checkDatabaseState, workOnDatabase } from './database.ts';
import { Disk, type Loss } from './disk.ts';
import { checkJournalState, workOnJournal } from './journal.ts';
import { note, type Recorded, readRecord } from './record.ts';
import type { Recording } from './store.ts';

/** Operations that are recorded, in a full run and in a short one: enough for several checkpoints. */
const DATABASE_STEPS = { full: 600, short: 180 };
const JOURNAL_STEPS = 180;
const FULL_COUNT = 100;
const AT_ONCE = 2;
/** Where the order of writes matters most. */
const TURNING_POINTS: ReadonlySet<string> = new Set([
  'answer',
  'rename',
  'unlink',
  'sync-begins',
  'sync-ends',
]);

interface Subject {
  readonly name: string;
  readonly recording: Recording;
  readonly entries: readonly Recorded[];
  /** Its files name each other by absolute paths: every state lies where the recorded one did, one at a time. */
  readonly inPlace: boolean;
  /** What does not hold in a state that a cut after `entries[at - 1]` left. */
  check(
    directory: string,
    cut: { readonly at: number; readonly bytes: number },
  ): Promise<readonly string[]>;
}

/**
 * Cuts the power at `count` moments of the database's life, and at as many of the agent's: what was written and not
 * synced is on the disk in any part, in any order. Whatever was acknowledged by then must be there.
 */
export async function tortureByPower({ count, seed, say }: TortureOptions): Promise<boolean> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), `gaffer-power-${seed}-`));
  say(`power: seed ${seed}, ${count} cuts each, in ${home}`);
  let wrong = 0;
  try {
    for (const record of [recordDatabase, recordJournal]) {
      const subject = await record(home, seed, count);
      say(`${subject.name}: ${subject.entries.length} entries, ${summary(subject.entries)}`);
      for (const what of differences(subject)) {
        say(`  the record is not whole: ${what}`);
        wrong += 1;
      }
      wrong += await cutAll(subject, { home, count, seed, say });
    }
  } finally {
    if (wrong === 0) fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    else
      say(`everything is kept in ${home}; again: npm run torture -- power --count ${count} --seed ${seed}`);
  }
  say(`violations ${wrong}`);
  return wrong === 0;
}

async function recordDatabase(home: string, seed: number, count: number): Promise<Subject> {
  const recording = recordingIn(home, 'database');
  const steps = count < FULL_COUNT ? DATABASE_STEPS.short : DATABASE_STEPS.full;
  const work = await workOnDatabase(recording, { seed, steps }, () => begin(recording));
  const entries = readRecord(recording.log);
  return {
    name: 'database',
    inPlace: false,
    recording,
    entries,
    check(directory, { at }) {
      const answered = entries
        .slice(0, at)
        .flatMap(({ entry }) => (entry.op === 'answer' ? [entry.id] : []));
      return checkDatabaseState(directory, work, new Set(answered));
    },
  };
}

async function recordJournal(home: string, seed: number): Promise<Subject> {
  const recording = recordingIn(home, 'agent');
  const work = await workOnJournal(recording, { seed, steps: JOURNAL_STEPS }, () => begin(recording));
  return {
    name: 'agent',
    inPlace: true,
    recording,
    entries: readRecord(recording.log),
    check: (directory, { bytes }) => checkJournalState(directory, work, bytes),
  };
}

function recordingIn(home: string, name: string): Recording {
  const root = path.join(home, name, 'recorded');
  fs.mkdirSync(root, { recursive: true });
  return { root, log: path.join(home, name, 'record') };
}

/** A life begins: what was open is not any more. The directory of the agent's work was there before. */
function begin({ log }: Recording): void {
  if (!fs.existsSync(log)) {
    note(log, { op: 'mkdir', path: 'work' });
    note(log, { op: 'open-directory', fd: 'begin', path: '' });
    note(log, { op: 'sync-begins', fd: 'begin' });
    note(log, { op: 'sync-ends', fd: 'begin' });
  }
  note(log, { op: 'begins' });
}

function summary(entries: readonly Recorded[]): string {
  const count = (op: string) => entries.filter(({ entry }) => entry.op === op).length;
  return ['write', 'sync-ends', 'rename', 'unlink', 'answer'].map((op) => `${count(op)} ${op}`).join(', ');
}

/** A record with holes proves nothing: replayed whole, it must give the directory as it is. */
function* differences({ entries, recording }: Subject): Generator<string> {
  const disk = new Disk();
  for (const { entry, data } of entries) disk.apply(entry, data);
  const replayed = new Map([...disk.files()].map(({ path: name, content }) => [name, content]));
  const found = fs.readdirSync(recording.root, { recursive: true, withFileTypes: true });
  for (const item of found.filter((each) => each.isFile())) {
    const full = path.join(item.parentPath, item.name);
    const name = path.relative(recording.root, full);
    if (!replayed.get(name)?.equals(fs.readFileSync(full))) yield `${name} is not as recorded`;
    replayed.delete(name);
  }
  for (const name of replayed.keys()) yield `${name} is recorded and not there`;
}

async function cutAll(
  subject: Subject,
  { home, count, seed, say }: Pick<TortureOptions, 'count' | 'seed' | 'say'> & { readonly home: string },
): Promise<number> {
  const { entries } = subject;
  const moments = momentsOf(entries, count, chanceOf(seed, subject.name, 'moments'));
  const disk = new Disk();
  const running = new Set<Promise<void>>();
  let [at, bytes, wrong] = [0, 0, 0];
  const check = async (
    { state, kept }: { state: string; kept: string },
    cut: { at: number; bytes: number },
    loss: Loss,
  ) => {
    const found = await subject
      .check(state, cut)
      .catch((error: unknown) => [
        `the check broke off: ${error instanceof Error ? error.stack : String(error)}`,
      ]);
    if (found.length === 0) fs.rmSync(state, { recursive: true, force: true });
    else {
      wrong += 1;
      if (state !== kept) fs.renameSync(state, kept);
      say(`  WRONG in ${subject.name}, cut at ${cut.at} of ${entries.length}, ${JSON.stringify(loss)}:`);
      for (const what of found.slice(0, 4)) say(`    ${what}`);
    }
  };
  for (const [number, moment] of moments.entries()) {
    for (; at < moment; at += 1) {
      const { entry, data } = entries[at] as Recorded;
      disk.apply(entry, data);
      bytes += 8 + Buffer.byteLength(JSON.stringify(entry)) + data.length;
    }
    const chance = chanceOf(seed, subject.name, number);
    const loss = lossOf(chance);
    const kept = path.join(home, subject.name, `state-${number}`);
    const state = subject.inPlace ? subject.recording.root : kept;
    fs.rmSync(state, { recursive: true, force: true });
    disk.cut(state, loss, chance);
    const checking = check({ state, kept }, { at, bytes }, loss).finally(() => running.delete(checking));
    running.add(checking);
    if (running.size >= (subject.inPlace ? 1 : AT_ONCE)) await Promise.race(running);
    if ((number + 1) % 50 === 0) say(`  ${number + 1} cuts, ${wrong} violations`);
  }
  await Promise.all(running);
  say(`${subject.name}: ${moments.length} cuts checked, ${wrong} violations`);
  return wrong;
}

/** Half of them anywhere, half right after something that the order hangs on. */
function momentsOf(entries: readonly Recorded[], count: number, chance: Chance): readonly number[] {
  const turning = entries.flatMap(({ entry }, at) => (TURNING_POINTS.has(entry.op) ? [at + 1] : []));
  const moments = Array.from({ length: count }, (_, i) =>
    i % 2 === 0 ? chance.between(1, entries.length) : chance.pick(turning),
  );
  return moments.sort((a, b) => a - b);
}

function lossOf(chance: Chance): Loss {
  return {
    kept: chance.pick([0, 0.05, 0.5, 0.95, 1]),
    tornAt: chance.pick([0, 512, 4096] as const),
    names: chance.pick(['prefix', 'any'] as const),
  };
}
