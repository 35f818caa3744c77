import type { StatResponse } from '@shared/agent-protocol/index.ts';
import { asId, type RuleId } from '@shared/model/ids.ts';
import { describe, expect, test } from 'vitest';
import type { AgentClient } from '../agent-client/client.ts';
import type { StoredRule } from '../db/rules.ts';
import { catalogue } from './catalogue/catalogue.ts';
import { type CommandRequest, judgeCommand } from './command-rules.ts';
import { readCommandTable } from './shell/command-table.ts';

/** An agent on which `/work/place/link` leads out and everything else is where it says. */
const stat = (path: string): Promise<StatResponse> =>
  Promise.resolve({
    kind: 'file',
    realPath: path.replace(/^\/work\/place\/link/, '/etc'),
    size: 1,
    writable: true,
    readable: true,
  });

const programs: readonly StoredRule[] = catalogue.map(({ name }) => rule('program', name));

function rule(kind: StoredRule['kind'], text: string, below = ''): StoredRule {
  return { id: asId<RuleId>(`${kind}:${text}`), kind, text, below };
}

function judge(command: string, more: Partial<CommandRequest> = {}) {
  return judgeCommand({
    command,
    workdir: '/work/place',
    rules: programs,
    connection: {
      client: { stat } as Partial<AgentClient> as AgentClient,
      directory: '/work/place',
      host: 'this computer',
      platform: 'linux',
      link: null,
    },
    chatId: 'chat',
    signal: new AbortController().signal,
    ...more,
  });
}

async function verdictOf(command: string): Promise<string> {
  const judged = await judge(command);
  return judged.passed ? 'allowed' : 'offers' in judged ? 'asked' : 'never';
}

describe('the table of commands', () => {
  const table = readCommandTable();

  test('has more than 300 of them, none twice', () => {
    expect(table.length).toBeGreaterThan(300);
    const commands = table.map((row) => row.command);
    expect(commands.filter((one, at) => commands.indexOf(one) !== at)).toEqual([]);
  });

  const reasons = [...new Set(table.map((row) => `${row.expected}: ${row.reason}`))];
  test.each(reasons)('%s', async (reason) => {
    const wrong: string[] = [];
    for (const { command, expected, reason: why } of table) {
      if (`${expected}: ${why}` !== reason) continue;
      const found = await verdictOf(command);
      if (found !== expected) wrong.push(`${JSON.stringify(command)} is ${found}`);
    }
    expect(wrong).toEqual([]);
  });

  test('whatever a rule is offered for passes with it', async () => {
    const wrong: string[] = [];
    for (const { command } of table) {
      const judged = await judge(command, { rules: [] });
      if (judged.passed || !('offers' in judged)) continue;
      const { exact, programs: several } = judged.offers;
      const offered = [
        [rule('exact', exact.text, exact.below)],
        several.map(({ text }) => rule('program', text)),
      ];
      for (const rules of offered.filter((list) => list.length > 0))
        if (!(await judge(command, { rules })).passed) wrong.push(`${command} by ${rules[0]?.kind}`);
    }
    expect(wrong).toEqual([]);
  });
});

describe('offers', () => {
  test('the programs that a rule is missing for, each with what it covers', async () => {
    const judged = await judge('git status && ls -la | head -5', { rules: [rule('program', 'ls')] });
    expect(judged).toMatchObject({
      passed: false,
      offers: { programs: [{ text: 'git status' }, { text: 'head' }] },
    });
    if (judged.passed || !('offers' in judged)) return;
    for (const { why } of judged.offers.programs) expect(why).toMatch(/\w/);
  });

  test('none for a set of programs that would not be enough', async () => {
    expect(await judge('git status && npm test', { rules: [] })).toMatchObject({
      offers: { programs: [] },
    });
    expect(await judge('cat /etc/passwd', { rules: [] })).toMatchObject({ offers: { programs: [] } });
  });

  test('why there is none is the end of a sentence', async () => {
    expect(await judge('echo a > b')).toEqual({ passed: false, unruly: 'it redirects to or from a file' });
    expect(await judge('sudo ls')).toEqual({ passed: false, unruly: 'sudo runs what it is given' });
    expect(await judge(`echo ${'a '.repeat(5_000)}`)).toEqual({ passed: false, unruly: 'it is too long' });
    const deep = `${'('.repeat(60).replaceAll('(', '( ')}ls${' )'.repeat(60)}`;
    expect(await judge(deep)).toMatchObject({ unruly: expect.any(String) });
    const many = Array.from({ length: 60 }, () => 'ls').join('; ');
    expect(await judge(many)).toEqual({ passed: false, unruly: 'it holds too many commands' });
  });
});

describe('an exact rule', () => {
  const npm = rule('exact', 'npm test');

  test('lets the command through alone and as a part, not longer, not fed, not elsewhere', async () => {
    const passes = async (command: string, more: Partial<CommandRequest> = {}) =>
      (await judge(command, { rules: [...programs, npm], ...more })).passed;
    expect(await passes('npm test')).toBe(true);
    expect(await passes('  npm test\n')).toBe(true);
    expect(await passes('npm test 2>&1 | tail -20')).toBe(true);
    expect(await passes('git status && npm test')).toBe(true);
    const others = [
      'npm  test',
      'npm test -- x',
      'npm test x',
      'git status | npm test',
      'npm test <<< x',
      'npm test > log',
      'cd src && npm test',
      'for npm in a; do npm test; rm b; done',
    ];
    for (const other of others) expect([other, await passes(other)]).toEqual([other, false]);
    expect(await passes('npm test', { workdir: '/work/place/sub' })).toBe(false);
    expect(await passes('npm test', { workdir: '/tmp' })).toBe(false);
  });

  test('holds in its directory below the workspace', async () => {
    const below = { rules: [rule('exact', 'npm test', 'packages/a')] };
    expect((await judge('npm test', { ...below, workdir: '/work/place/packages/a' })).passed).toBe(true);
    expect((await judge('npm test', below)).passed).toBe(false);
  });

  test('for a whole command covers words that are not written out, but only in this one', async () => {
    const remove = rule('exact', 'rm -f build/*');
    expect((await judge('rm -f build/*', { rules: [remove] })).passed).toBe(true);
    expect((await judge('git status; rm -f build/*', { rules: [...programs, remove] })).passed).toBe(false);
  });

  test('that was made by other means lets nothing through that no rule may', async () => {
    for (const command of ['eval ls', 'echo a > b', 'A=b ls', 'f() { ls; }; f', '$CMD'])
      expect([command, (await judge(command, { rules: [rule('exact', command)] })).passed]).toEqual([
        command,
        false,
      ]);
  });
});

describe('a rule for a program', () => {
  test('of git holds at the top of the workspace only, others anywhere inside it', async () => {
    const sub = { workdir: '/work/place/sub' };
    expect((await judge('git status')).passed).toBe(true);
    expect((await judge('git status', sub)).passed).toBe(false);
    expect((await judge('cat a', sub)).passed).toBe(true);
    expect((await judge('cat ../a', sub)).passed).toBe(true);
    expect((await judge('cat ../../a', sub)).passed).toBe(false);
    expect((await judge('ls', { workdir: '/etc' })).passed).toBe(false);
    expect((await judge('ls', { workdir: '/work/place/link' })).passed).toBe(false);
  });

  test('covers the sources of libraries, as a read does', async () => {
    expect((await judge('cat /usr/include/stdio.h')).passed).toBe(true);
    expect((await judge('grep -rn open /usr/include')).passed).toBe(false);
  });

  test('is for sh: on Windows everything asks', async () => {
    const { connection } = { connection: { platform: 'win32' } };
    const client = { stat } as Partial<AgentClient> as AgentClient;
    const windows = { client, directory: 'C:\\a', host: 'this computer', link: null, ...connection };
    expect(await judge('git status', { connection: windows })).toMatchObject({ passed: false });
  });

  test('each entry says why it is on the list', () => {
    expect(catalogue.filter(({ why }) => !/[a-z]{3}/.test(why))).toEqual([]);
    expect(new Set(catalogue.map(({ name }) => name)).size).toBe(catalogue.length);
  });
});
