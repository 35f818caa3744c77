import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { catalogue, coverOf } from '../catalogue/catalogue.ts';
import type { ParsedCommand } from './command.ts';
import { readCommandTable } from './command-table.ts';
import { parseCommand } from './parse-command.ts';

/*
 * What the parser says of a command against what shells do with it. The programs that shells find are stubs that say
 * their name; the shells' own trace says the rest. A command that may pass by rules must run nothing but what the
 * parser saw in it, and leave nothing behind.
 */

const SHELLS = (
  [
    ['bash', ['/bin/bash', '--posix', '-x']],
    // The parts of a pipe write its trace through each other: the stubs alone tell.
    ['dash', ['/bin/dash']],
  ] as const
).filter(([, [file]]) => existsSync(file));
const TEMPTATIONS = 'rm curl touch evil sh bash env xargs sudo python3 node npm tee mv cp a b x'.split(' ');
const STUBS = new Set([...catalogue.map(({ name }) => name.split(' ')[0] ?? ''), ...TEMPTATIONS]);
const MARK = '@trace@';
const FILES = ['README.md', 'a', 'b', 'a b', 'src/a.ts', 'src/b.ts', '--pre=evil', '-rf'];

let scratch: string;
let place: string;

beforeAll(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'gaffer-shells-'));
  place = path.join(scratch, 'place');
  const bin = path.join(scratch, 'bin');
  for (const directory of [bin, path.join(place, 'src')]) mkdirSync(directory, { recursive: true });
  for (const file of FILES) writeFileSync(path.join(place, file), 'one\ntwo\n');
  // It says its name where no redirection reaches, and ends the endless loops that wait.
  const stub = `#!/bin/sh\necho "\${0##*/}" >> "$RECORD"\ncase $0 in */sleep) kill -9 $PPID ;; esac\nexit 0\n`;
  for (const name of STUBS) {
    const file = path.join(bin, name);
    writeFileSync(file, stub);
    chmodSync(file, 0o755);
  }
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** What a shell ran: the programs that it found, and the first word of everything that it traced. */
function run([program, ...options]: readonly string[], command: string): ReadonlySet<string> {
  const record = path.join(scratch, 'record');
  rmSync(record, { force: true });
  const env = { PATH: path.join(scratch, 'bin'), HOME: place, RECORD: record, PS4: `${MARK} ` };
  // Not the last command of its own shell: what a stub kills is never this process.
  const limits = 'ulimit -t 2; "$@"; exit 0';
  const args = ['-c', limits, 'sh', program ?? '', ...options, '-c', command];
  const { stderr } = spawnSync('/bin/sh', args, {
    cwd: place,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 20_000,
    killSignal: 'SIGKILL',
    maxBuffer: 64 * 1024 * 1024,
  });
  const traced = stderr.matchAll(new RegExp(`^@*${MARK} (\\S+)`, 'gm'));
  const found = existsSync(record) ? readFileSync(record, 'utf8').trim().split('\n') : [];
  return new Set([...[...traced].map(([, word = '']) => word), ...found]);
}

function listing(): string {
  return readdirSync(place, { recursive: true, encoding: 'utf8' }).sort().join('\n');
}

/** What the two say differently; empty when the shells ran only what was seen. */
function differences(command: ParsedCommand): string[] {
  const seen = new Set([...command.commands.map(({ name }) => name), 'for', 'sleep']);
  const before = listing();
  return SHELLS.flatMap(([name, shell]) => {
    const extra = [...run(shell, command.text)].filter((word) => !seen.has(word));
    const after = listing();
    return [
      ...extra.map((word) => `${name} ran ${word} in ${JSON.stringify(command.text)}`),
      ...(after === before ? [] : [`${name} left something behind after ${JSON.stringify(command.text)}`]),
    ];
  });
}

/** Read to its end, and every part is on the list: with all rules it would pass, but for where its paths lead. */
async function acceptedBy(command: string): Promise<ParsedCommand | null> {
  const parsed = await parseCommand(command);
  if (!parsed.ok) return null;
  return parsed.value.commands.every((simple) => coverOf(simple, place)) ? parsed.value : null;
}

test.runIf(SHELLS.length > 0)(
  'the table: shells run what was seen in a command that no rule is refused for',
  async () => {
    const wrong: string[] = [];
    for (const { command, expected } of readCommandTable()) {
      const parsed = expected === 'never' ? null : await parseCommand(command);
      if (parsed?.ok && isContained(parsed.value)) wrong.push(...differences(parsed.value));
    }
    expect(wrong).toEqual([]);
  },
  600_000,
);

/**
 * Only stubs and harmless builtins: a real shell has others (kill, cd) that reach out of the test's place. Nor a loop
 * that waits for nothing: it has no end.
 */
function isContained({ commands, text }: ParsedCommand): boolean {
  const isEndless = /\b(?:while|until)\b/.test(text) && !/\bsleep\b/.test(text);
  return commands.every(({ name }) => STUBS.has(name)) && !isEndless;
}

const PIECES = [
  '; & && || | |& ( ) ! # \\ \' " ` $( ${ } $ $\' $" <( >( < > >> <<< = ~ * -- -c $(( )) $i "$i" EOF , @(a) {a,b}'.split(
    ' ',
  ),
  [
    ' ',
    '\n',
    '\t',
    '\r',
    '\u00a0',
    '\\\n',
    '{ ',
    '; }',
    '<<EOF\n',
    "<<'EOF'\n",
    '\nEOF\n',
    '[ ',
    ' ]',
    '[[ ',
    ' ]]',
  ],
  [
    'rm a',
    ';rm a',
    '\nrm a',
    '$(rm a)',
    '`rm a`',
    '|sh',
    '&rm a',
    ' > x',
    ' A=b ',
    'A=b ',
    'eval ',
    '-exec rm a',
  ],
  [
    'for i in a; do ',
    '; done',
    'if true; then ',
    '; fi',
    'while true; do ',
    'case a in a) ',
    ';; esac',
    'f() { ',
  ],
  ['time ', '!', "'"],
].flat();

const accepted = readCommandTable()
  .filter(({ expected }) => expected === 'allowed')
  .map(({ command }) => command);

/** A command that passes, with pieces of others put in, cut out and joined on. */
const mutated = fc
  .tuple(
    fc.constantFrom(...accepted),
    fc.constantFrom(...accepted),
    fc.array(fc.tuple(fc.constantFrom(...PIECES), fc.nat(1_000), fc.nat(6)), {
      minLength: 1,
      maxLength: 3,
    }),
    fc.boolean(),
  )
  .map(([command, other, changes, isJoined]) => {
    let text = isJoined ? `${command} ${other}` : command;
    for (const [piece, at, cut] of changes) {
      const position = at % (text.length + 1);
      text = text.slice(0, position) + piece + text.slice(position + (cut > 3 ? cut - 3 : 0));
    }
    return text;
  });

test.runIf(SHELLS.length > 0)(
  'whatever is made of commands that pass: what still passes runs nothing else',
  async () => {
    const tried = new Set<string>();
    let ran = 0;
    for (const command of fc.sample(mutated, { numRuns: 6_000, seed: 20_261_128 })) {
      if (ran >= 150) break;
      if (tried.has(command)) continue;
      tried.add(command);
      const parsed = await acceptedBy(command);
      if (!parsed || !isContained(parsed)) continue;
      ran++;
      expect(differences(parsed)).toEqual([]);
    }
    expect(ran).toBeGreaterThan(80);
  },
  600_000,
);
