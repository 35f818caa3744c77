import path from 'node:path';
import { parseTarget, type Target } from '../target.ts';
import type { HostQuery, RawOptions } from './evaluate-config.ts';
import { hostKeyAlgorithms } from './host-key-algorithms.ts';
import { configFault } from './parse-config.ts';
import type { Person } from './person.ts';
import { allTokens, expandHome, expandPath, expandTokens, type Tokens } from './tokens.ts';
import { choiceOf, flagOf, numberOf, secondsOf } from './values.ts';

export type AuthMethod = 'publickey' | 'keyboard-interactive' | 'password';

export type ProxyOptions =
  | { readonly kind: 'direct' }
  /** Through these, in this order. */
  | { readonly kind: 'jump'; readonly hosts: readonly Target[] }
  /** A shell command whose input and output are the connection. */
  | { readonly kind: 'command'; readonly command: string };

/** All that counts for one connection, as OpenSSH would do it. */
export interface HostOptions {
  readonly hostname: string;
  readonly port: number;
  readonly user: string;
  readonly proxy: ProxyOptions;
  readonly addressFamily: 0 | 4 | 6;
  readonly bindAddress: string | null;
  /** Null: ours. */
  readonly connectTimeoutMs: number | null;
  /** Silence on the connection that counts as its end: so often, so long. */
  readonly alive: { readonly intervalMs: number; readonly count: number };
  readonly keys: KeyOptions;
  /** Those that are on, in the order of preference. */
  readonly methods: readonly AuthMethod[];
  /** How often a person may be wrong. */
  readonly prompts: number;
  readonly knownHosts: KnownHostsOptions;
}

export interface KeyOptions {
  /** Absolute paths; some may not exist. */
  readonly files: readonly string[];
  /** Keys of the agent count only where their file is named. */
  readonly only: boolean;
  /** Sockets of ssh-agents; the first that has keys counts. */
  readonly agentSockets: readonly string[];
  /** Files with certificates are named, which we do not use. */
  readonly certificates: boolean;
}

export interface KnownHostsOptions {
  /** What the key is kept under; null: host name and port. */
  readonly alias: string | null;
  /** The first gets new keys; none: they are kept nowhere. */
  readonly userFiles: readonly string[];
  readonly globalFiles: readonly string[];
  readonly strict: 'yes' | 'accept-new' | 'ask' | 'no';
  readonly hashes: boolean;
  /** In the order of preference; only such as we know. */
  readonly algorithms: readonly string[];
}

const DEFAULT_PORT = 22;
const DEFAULT_KEYS = ['id_rsa', 'id_ecdsa', 'id_ecdsa_sk', 'id_ed25519', 'id_ed25519_sk'];
const METHODS: readonly AuthMethod[] = ['publickey', 'keyboard-interactive', 'password'];
/** Where the configuration sets none: OpenSSH would never notice. */
const ALIVE_SECONDS = 15;
const ALIVE_COUNT = 3;

export interface RawSource {
  readonly raw: RawOptions;
  /** `ssh -G` has put paths and names in full already, but for key files and commands. */
  readonly isExpanded: boolean;
  /** Where it is from, for messages. */
  readonly at: string;
}

/** Throws LinkFault `configuration` for values that cannot be. */
export function hostOptions(source: RawSource, query: HostQuery, person: Person): HostOptions {
  const { raw, isExpanded, at } = source;
  const first = (keyword: string) => raw.get(keyword)?.[0] ?? null;
  const { alias } = query;
  const named = first('hostname') ?? alias;
  const hostname = (isExpanded ? named : expandTokens(named, { h: alias }, at)).toLowerCase();
  const port = numberOf(first('port'), 'Port', at, { least: 1, most: 65_535 }) ?? DEFAULT_PORT;
  const user = first('user') ?? person.user;
  const hostKeyAlias = first('hostkeyalias')?.toLowerCase() ?? null;
  const jump = first('proxyjump') ?? '';
  const tokens = allTokens(person, { alias, hostname, port, user, hostKeyAlias, jump });
  const toPath = (text: string) => (isExpanded ? text : expandPath(text, person, tokens, at));
  return {
    hostname,
    port,
    user,
    proxy: proxyOptions(first, tokens, at),
    addressFamily: choiceOf(first('addressfamily'), 'AddressFamily', at, FAMILIES) ?? 0,
    bindAddress: first('bindaddress'),
    connectTimeoutMs: inMs(secondsOf(first('connecttimeout'), 'ConnectTimeout', at)),
    alive: {
      intervalMs:
        (secondsOf(first('serveraliveinterval'), 'ServerAliveInterval', at) || ALIVE_SECONDS) * 1_000,
      count: numberOf(first('serveralivecountmax'), 'ServerAliveCountMax', at, { least: 1 }) ?? ALIVE_COUNT,
    },
    keys: {
      files: (raw.get('identityfile') ?? DEFAULT_KEYS.map((name) => `~/.ssh/${name}`))
        .filter((file) => file !== 'none')
        .map((file) => path.resolve(person.home, expandPath(file, person, tokens, at))),
      only: flagOf(first('identitiesonly'), 'IdentitiesOnly', at) ?? false,
      agentSockets: agentSockets(first('identityagent'), person, toPath),
      certificates: raw.has('certificatefile'),
    },
    methods: authMethods(first, at),
    prompts: numberOf(first('numberofpasswordprompts'), 'NumberOfPasswordPrompts', at, { least: 0 }) ?? 3,
    knownHosts: {
      alias: hostKeyAlias,
      userFiles: knownHostsFiles(raw.get('userknownhostsfile') ?? OWN_KNOWN_HOSTS, (text) =>
        toPath(expandHome(text, person.home)),
      ),
      globalFiles: knownHostsFiles(raw.get('globalknownhostsfile') ?? GLOBAL_KNOWN_HOSTS, (text) => text),
      strict: choiceOf(first('stricthostkeychecking'), 'StrictHostKeyChecking', at, STRICT) ?? 'ask',
      hashes: flagOf(first('hashknownhosts'), 'HashKnownHosts', at) ?? false,
      algorithms: hostKeyAlgorithms(first('hostkeyalgorithms'), at),
    },
  };
}

const FAMILIES = { any: 0, inet: 4, inet6: 6 } as const;
const STRICT = {
  yes: 'yes',
  true: 'yes',
  'accept-new': 'accept-new',
  ask: 'ask',
  no: 'no',
  off: 'no',
  false: 'no',
} as const;
const OWN_KNOWN_HOSTS = ['~/.ssh/known_hosts', '~/.ssh/known_hosts2'];
const GLOBAL_KNOWN_HOSTS = ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'];

function proxyOptions(
  first: (keyword: string) => string | null,
  { h = '', n = '', p = '', r = '' }: Tokens,
  at: string,
): ProxyOptions {
  const [jump, command] = [first('proxyjump'), first('proxycommand')];
  const tokens = { h, n, p, r };
  if (jump !== null && jump.toLowerCase() !== 'none') {
    return {
      kind: 'jump',
      hosts: expandTokens(jump, tokens, at)
        .split(',')
        .map((hop) => jumpHost(hop, at)),
    };
  }
  if (command !== null && command.toLowerCase() !== 'none') {
    if (flagOf(first('proxyusefdpass'), 'ProxyUseFdpass', at)) {
      throw configFault(at, 'Gaffer knows no "ProxyUseFdpass yes"');
    }
    return { kind: 'command', command: expandTokens(command, tokens, at) };
  }
  return { kind: 'direct' };
}

function jumpHost(text: string, at: string): Target {
  const target = parseTarget(text.replace(/^ssh:\/\//i, '').replace(/\/$/, ''));
  if (!target.ok) throw configFault(at, `"${text}" in ProxyJump: ${target.error}`);
  return target.value;
}

function agentSockets(
  named: string | null,
  { env }: Person,
  toPath: (text: string) => string,
): readonly string[] {
  const variable =
    named === null || named === 'SSH_AUTH_SOCK' ? 'SSH_AUTH_SOCK' : /^\$(\w+)$/.exec(named)?.[1];
  if (variable !== undefined) return env[variable] ? [env[variable]] : systemAgents(variable);
  return named === null || named.toLowerCase() === 'none' ? [] : [toPath(named)];
}

/** Where Windows keeps them: OpenSSH's own, and PuTTY's. */
function systemAgents(variable: string): readonly string[] {
  const isAsked = variable === 'SSH_AUTH_SOCK' && process.platform === 'win32';
  return isAsked ? ['\\\\.\\pipe\\openssh-ssh-agent', 'pageant'] : [];
}

function authMethods(first: (keyword: string) => string | null, at: string): readonly AuthMethod[] {
  const isOn: Readonly<Record<AuthMethod, boolean>> = {
    publickey: !['no', 'false'].includes(first('pubkeyauthentication') ?? 'yes'),
    'keyboard-interactive':
      flagOf(first('kbdinteractiveauthentication'), 'KbdInteractiveAuthentication', at) ?? true,
    password: flagOf(first('passwordauthentication'), 'PasswordAuthentication', at) ?? true,
  };
  const preferred = first('preferredauthentications')?.split(',') ?? METHODS;
  return preferred.flatMap((name) => METHODS.filter((method) => method === name && isOn[method]));
}

function knownHostsFiles(named: readonly string[], toPath: (text: string) => string): readonly string[] {
  return named.filter((file) => file !== 'none').map(toPath);
}

function inMs(seconds: number | null): number | null {
  return seconds === null ? null : seconds * 1_000;
}
