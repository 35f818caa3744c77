import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evaluateConfig, type HostQuery } from './evaluate-config.ts';
import { type HostOptions, hostOptions } from './host-options.ts';
import { listConfiguredHosts } from './list-configured-hosts.ts';
import { type LoadedOptions, loadHostOptions } from './load-host-options.ts';
import { type Person, personHere } from './person.ts';
import { askSshProgram } from './ssh-program.ts';

const never = new AbortController().signal;
/** OpenSSH takes the home from the account, so both read with this one. */
const home = os.userInfo().homedir;
const env = {
  PATH: process.env['PATH'],
  GAFFER_TEST_DIR: '/tmp/some dir',
  SSH_AUTH_SOCK: '/tmp/agent.sock',
};
const missing = spawnSync('ssh', ['-V']).error ? 'the program ssh is not installed' : null;

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'gaffer config '));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

interface Case {
  readonly name: string;
  /** `@DIR@` stands for the directory of the test. */
  readonly config: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly asks: readonly (string | HostQuery)[];
}

const cases: readonly Case[] = [
  { name: 'nothing at all', config: '', asks: ['box', 'BOX.Example', '10.0.0.7', '::1'] },
  {
    name: 'the first value counts',
    config: `
Host box
  HostName box.example
  Port 2200
Host *
  Port 2300
  User everybody
Host box
  User nobody
`,
    asks: ['box', 'other', { alias: 'box', user: 'me', port: 99 }],
  },
  {
    name: 'wildcards, negation and several patterns',
    config: `
Host *.example !bad.example b?x "quoted"
  User first
Host !*
  User never
Host bad.*
  User second
`,
    asks: ['good.example', 'bad.example', 'box', 'bx', 'quoted', 'Box'],
  },
  {
    name: 'quotes, equals signs, comments and tabs',
    config: `
# comment
Host=box # this is box
\tHostName = box.example
\tUser "ada lovelace"
  IdentityFile="~/.ssh/with space"
  IdentityFile ~/.ssh/b\\ c
   # IdentityFile ~/.ssh/commented
  UserKnownHostsFile "~/known one" ~/two /three
Host q
  ProxyCommand sh -c "nc '%h' %p" # not a comment
`,
    asks: ['box', 'q'],
  },
  {
    name: 'tokens and variables',
    config: `
Host t*
  HostName %h.example
  IdentityFile ~/.ssh/%h_%n_%r_%p_%u_%i_%%_%k
  IdentityFile %d/\${GAFFER_TEST_DIR}/key
  IdentityAgent \${GAFFER_TEST_DIR}/agent-%r
  UserKnownHostsFile ~/.ssh/known_%k_%h
  HostKeyAlias Alias.%h
  ProxyCommand relay %n %h %p %r 100%%
  User ada
`,
    asks: ['t1', 'T2', { alias: 't3', user: 'x', port: 1 }],
  },
  {
    name: 'agents',
    config: `
Host none
  IdentityAgent none
Host sock
  IdentityAgent SSH_AUTH_SOCK
Host variable
  IdentityAgent $GAFFER_TEST_DIR
Host path
  IdentityAgent "~/Library/Group Containers/agent.sock"
`,
    asks: ['none', 'sock', 'variable', 'path', 'other'],
  },
  {
    name: 'Include, with a pattern, absolute, nested, missing, and inside a block that does not match',
    config: `
Host other
  Include "@DIR@/inside.conf"
Host box
  Include "@DIR@/inside.conf"
  Port 7
Include "@DIR@/conf.d/*.conf" "@DIR@/nothing.conf"
Host box
  User late
`,
    files: {
      'inside.conf': 'User inside\nHost *\n  IdentityFile ~/from-inside\n',
      'conf.d/10-first.conf': 'Host box\n  ConnectTimeout 7\nInclude "@DIR@/deeper.conf"\n',
      'conf.d/20-second.conf': 'Host *\n  ConnectTimeout 9\n  ServerAliveInterval 5\n',
      'conf.d/.hidden.conf': 'ServerAliveInterval 99\n',
      'conf.d/ignored.txt': 'ServerAliveInterval 98\n',
      'deeper.conf': 'ServerAliveCountMax 11\n',
    },
    asks: ['box', 'other', 'third'],
  },
  {
    name: 'Match',
    config: `
Match host box.example
  Port 1
Host box
  HostName box.example
Match host BOX.example user ada
  Port 2
Match host *.example,!bad.example originalhost box
  IdentityFile ~/matched
Match user root,ada
  ConnectTimeout 3
Match !user ada
  ConnectTimeout 4
Match localuser nobody-here
  ServerAliveInterval 9
Match localuser *
  ServerAliveInterval 8
Match all
  ServerAliveCountMax 5
`,
    asks: ['box', { alias: 'box', user: 'ada', port: null }, 'bad.example', 'x'],
  },
  {
    name: 'Match exec, which is not run after a criterion that fails',
    config: `
Match host box exec "test %n = box && test '%h' = box && test -n %u"
  User yes
Match host nothing exec "touch '@DIR@/was-run'"
  User no
Match exec "exit 3"
  User failed
Match !exec "exit 3"
  ConnectTimeout 3
`,
    asks: ['box', 'other'],
  },
  {
    name: 'Match final and canonical: names count that came out of the first reading',
    config: `
Host box
  HostName box.example
Host box.example
  User by-name
Match final host box.example
  Port 77
Match canonical
  ConnectTimeout 3
Match final all
  ServerAliveInterval 3
`,
    asks: ['box', 'box.example', 'other'],
  },
  {
    name: 'jump hosts and commands: the first of the two counts, and none is none',
    config: `
Host one
  ProxyJump bastion
  ProxyCommand ignored
Host two
  ProxyCommand counts %h
  ProxyJump bastion
Host three
  ProxyJump ada@first:2201,ssh://bob@second:22,third,[::1]:9
Host four
  ProxyJump none
Host five
  ProxyCommand none
Host *
  ProxyJump everywhere
`,
    asks: ['one', 'two', 'three', 'four', 'five', 'six'],
  },
  {
    name: 'algorithms, added, dropped and moved',
    config: `
Host a
  HostKeyAlgorithms ssh-ed25519,rsa-sha2-256
Host b
  HostKeyAlgorithms +ssh-rsa
Host c
  HostKeyAlgorithms -ecdsa-*,ssh-ed25519
Host d
  HostKeyAlgorithms ^rsa-sha2-256,ecdsa-sha2-nistp521
`,
    asks: ['a', 'b', 'c', 'd'],
  },
  {
    name: 'every other keyword',
    config: `
Host a
  IdentitiesOnly yes
  StrictHostKeyChecking accept-new
  HashKnownHosts yes
  ConnectTimeout 1m30s
  PreferredAuthentications password,hostbased,publickey
  NumberOfPasswordPrompts 1
  AddressFamily inet6
  BindAddress 127.0.0.1
  GlobalKnownHostsFile /etc/one /etc/two
  UserKnownHostsFile none
Host b
  StrictHostKeyChecking no
  PasswordAuthentication no
  KbdInteractiveAuthentication no
  AddressFamily inet
  ServerAliveInterval 1h
Host c
  PubkeyAuthentication no
  StrictHostKeyChecking off
  ChallengeResponseAuthentication no
Host d
  StrictHostKeyChecking yes
  CertificateFile ~/.ssh/cert.pub
  UserKnownHostsFile /dev/null
`,
    asks: ['a', 'b', 'c', 'd'],
  },
];

const inDir = (text: string) => text.replaceAll('@DIR@', dir);
const toQuery = (ask: string | HostQuery): HostQuery =>
  typeof ask === 'string' ? { alias: ask, user: null, port: null } : ask;

async function write({ config, files = {} }: Case): Promise<string> {
  for (const [name, content] of Object.entries({ ...files, config })) {
    const file = path.join(dir, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, inDir(content));
  }
  return path.join(dir, 'config');
}

/** Default key files differ from one version of OpenSSH to the next. */
function comparable({ keys, ...rest }: HostOptions): unknown {
  const files = keys.files.filter(
    (file) => !/\.ssh\/id_(?:rsa|dsa|ecdsa|ed25519|xmss)(?:_sk)?$/.test(file),
  );
  return { ...rest, keys: { ...keys, files } };
}

describe(`our reading and that of ssh -G${missing ? ` [not here: ${missing}]` : ''}`, () => {
  test.skipIf(missing).each(cases)('$name', async (one) => {
    const person = personHere(home, env);
    const file = await write(one);
    for (const query of one.asks.map(toQuery)) {
      const theirs = await askSshProgram(query, person, never, file);
      if (theirs === null) throw new Error('ssh went away');
      const ours = await evaluateConfig([{ file, includesFrom: `${home}/.ssh` }], query, person, never);
      const at = 'test';
      const [read, told] = [
        hostOptions({ raw: ours, isExpanded: false, at }, query, person),
        hostOptions({ raw: theirs, isExpanded: true, at }, query, person),
      ];
      expect(comparable(read), `${one.name}: ${query.alias}`).toEqual(comparable(told));
    }
    expect(existsSync(path.join(dir, 'was-run'))).toBe(false);
  });
});

/** Somebody with a home of their own, whom OpenSSH does not know. */
async function newPerson(files: Readonly<Record<string, string>>): Promise<Person> {
  const own = await mkdtemp(path.join(dir, 'home '));
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(own, '.ssh', name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  return personHere(own, env);
}

const load = (person: Person, hostname: string): Promise<LoadedOptions> =>
  loadHostOptions({ hostname, port: null, username: null }, person, never);

describe('the configuration of a home', () => {
  test('is read by us where OpenSSH looks elsewhere; relative includes lie beside it', async () => {
    const person = await newPerson({
      config: 'Include more/*\nHost box\n  IdentityFile ~/.ssh/own\n',
      'more/one': 'Host box\n  HostName 10.0.0.7\n  User dev\n',
    });
    const { options, by } = await load(person, 'box');
    expect(by).toBe('Gaffer');
    expect(options).toMatchObject({
      hostname: '10.0.0.7',
      user: 'dev',
      keys: { files: [path.join(person.home, '.ssh/own')] },
      knownHosts: { userFiles: [path.join(person.home, '.ssh/known_hosts'), expect.any(String)] },
    });
  });

  test.skipIf(missing)(
    `of the account is told by ssh -G${missing ? ` [not here: ${missing}]` : ''}`,
    async () => {
      const { options, by } = await load(personHere(home, env), 'gaffer-test.invalid');
      expect(by).toBe('ssh -G');
      expect(options.hostname).toBe('gaffer-test.invalid');
    },
  );

  test('that has a mistake says where', async () => {
    const at = async (config: string) => {
      const person = await newPerson({ config });
      const fault: unknown = await load(person, 'box').catch((error: unknown) => error);
      expect(fault).toMatchObject({ code: 'configuration', final: true, fix: expect.any(String) });
      return fault instanceof Error ? fault.message.replace(person.home, '~') : '';
    };
    expect(await at('Host box\n  User "ada\n')).toContain('~/.ssh/config:2');
    expect(await at('Host box\n  Port many\n')).toContain('"many" is no value of Port');
    expect(await at('Host box\n  IdentityFile ~/%Z\n')).toContain('"%Z"');
    expect(await at('Host box\n  IdentityFile ${GAFFER_NOT_SET}/x\n')).toContain('GAFFER_NOT_SET');
    expect(await at('Host box\n  HostName -oProxyCommand=x\n')).toContain('-oproxycommand=x');
    expect(await at('Host box\n  User -l\n')).toContain('user name');
    expect(await at('Host box\n  ProxyJump a;b\n')).toContain('ProxyJump');
    expect(await at('Match host\n')).toContain('~/.ssh/config:1');
    expect(await at('Include ~/.ssh/config\n')).toContain('too deep');
  });

  test('offers its names, those of included files in their place, without patterns', async () => {
    const person = await newPerson({
      config:
        'Host first *.pattern !not second\n  HostName %h.example\n  User dev\n  Port 2222\n' +
        'Include more/*\nHost *\n  User everybody\nHost last -bad\nHost first\n  HostName late\n',
      'more/one': 'Host included\n  Port 22\n',
    });
    expect(await listConfiguredHosts(person)).toEqual([
      { name: 'first', leadsTo: 'dev@first.example:2222' },
      { name: 'second', leadsTo: 'dev@second.example:2222' },
      { name: 'included', leadsTo: null },
      { name: 'last', leadsTo: null },
    ]);
    expect(await listConfiguredHosts(await newPerson({}))).toEqual([]);
  });
});
