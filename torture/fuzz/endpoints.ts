import type {
  EditFilesRequest,
  GlobRequest,
  SearchRequest,
  StartProcessRequest,
} from '../../shared/agent-protocol/index.ts';
import { CHAT_HEADER, KEY_HEADER } from '../../shared/agent-protocol/index.ts';
import type { Chance } from '../random.ts';
import { placeInWorld, placeToRead } from './places.ts';
import type { Request } from './request.ts';
import type { World } from './world.ts';

export interface Endpoint {
  readonly name: string;
  /** How often, among the others. */
  readonly weight: number;
  /** It changes something: only such mutations are made of it whose effect stays in the world. */
  readonly hasEffect: boolean;
  /** A good one is answered for ever. */
  readonly streams?: true;
  make(chance: Chance, world: World): Request;
}

const COMMANDS = ['true', 'false', 'echo out', 'exit 3', 'echo err >&2', 'seq 1 3000', 'printf "\\0\\377"'];
const PATTERNS = [
  'needle',
  'a',
  '(',
  '[',
  '\\bneedle\\b',
  '(a+)+$',
  '(?=x)',
  'x*',
  '\\p{L}+',
  'ä',
  '\\',
  '(.*)*y',
];
const BASES = ['HEAD', 'HEAD~1', 'HEAD^{tree}', '--output=x', '-p', 'none', ':a.txt', ':/x', 'a b', ''];
const GLOBS = [
  '*.md',
  '**',
  'sub/',
  '{a,b}*',
  '[',
  '{',
  '**/*.{md,txt}',
  '!x',
  '../*',
  `${'*a'.repeat(60)}b`,
];

/** All that the agent serves but the orders to end and to listen on a port. */
export const endpoints: readonly Endpoint[] = [
  read('hello', 1, () => []),
  read('environment', 1, () => []),
  read('stat', 10, (chance, world) => [['path', placeToRead(chance, world)]]),
  read('read-file', 12, (chance, world) => [
    ['path', placeToRead(chance, world)],
    ...some(chance, 'offset', () => String(chance.between(-1, 5_000))),
    ...some(chance, 'limit', () => String(chance.between(-1, 5_000))),
  ]),
  read('read-file-lines', 12, (chance, world) => [
    ['path', placeToRead(chance, world)],
    ...some(chance, 'offset', () => String(chance.between(-1, 300))),
    ...some(chance, 'limit', () => String(chance.between(-1, 3_000))),
    ...some(chance, 'max_file_size', () => String(chance.between(0, 10_000_000))),
    ...some(chance, 'max_line_bytes', () => String(chance.between(-5, 2_000))),
  ]),
  post('list-directory', 8, false, (chance, world) => ({ path: placeToRead(chance, world) })),
  post(
    'search',
    1.2,
    false,
    (chance, world): SearchRequest => ({
      root: treeOf(chance, world),
      pattern: chance.pick(PATTERNS),
      regex: chance.hit(0.7),
      ignore_case: chance.hit(0.3),
      context: chance.between(0, 3),
      hidden: chance.hit(0.5),
      ignored: chance.hit(0.5),
      max_ms: 150,
      ...(chance.hit(0.4) ? { include: [chance.pick(GLOBS)] } : {}),
      ...(chance.hit(0.4) ? { exclude: [chance.pick(GLOBS)] } : {}),
      ...(chance.hit(0.4) ? { max_matches: chance.between(0, 50) } : {}),
    }),
  ),
  post(
    'glob',
    0.8,
    false,
    (chance, world): GlobRequest => ({
      root: treeOf(chance, world),
      hidden: chance.hit(0.5),
      ignored: chance.hit(0.5),
      max_ms: 500,
      include: Array.from({ length: chance.between(0, 3) }, () => chance.pick(GLOBS)),
    }),
  ),
  {
    name: 'write-file',
    weight: 10,
    hasEffect: true,
    make: (chance, world) => ({
      method: 'POST',
      endpoint: '/write-file',
      query: [['path', placeToWrite(chance, world)]],
      headers: keyed(chance),
      body: Buffer.alloc(chance.hit(0.02) ? 500_000 : chance.between(0, 200), chance.between(0, 255)),
    }),
  },
  post('edit-files', 10, true, (chance, world) =>
    chance.hit(0.4) ? goodEdit(chance, world) : anyEdit(chance, world),
  ),
  post('processes/start', 0.4, true, (chance): StartProcessRequest => ({ command: chance.pick(COMMANDS) })),
  read('processes/list', 0.5, () => []),
  {
    name: 'processes/{id}',
    weight: 6,
    hasEffect: false,
    make: (chance, world) => ({
      method: 'GET',
      endpoint: `/processes/${processId(chance, world)}/${chance.pick(['output', 'spool', 'signal', 'none'])}`,
      query: some(chance, 'after', () => String(chance.between(-100, 20_000))),
      headers: chat(chance),
      body: null,
    }),
  },
  read('git/status', 0.5, (chance, world) => [['path', placeToAsk(chance, world)]]),
  read('git/head', 0.3, (chance, world) => [['path', placeToAsk(chance, world)]]),
  // Of no process that runs: who has a token waits for a person.
  post('external-auth', 0.5, false, (chance) => ({
    token: chance.pick(['', 'x', `${'0'.repeat(36)}.${'f'.repeat(64)}`]),
    match: chance.pick(['https://forge.example', 'file:///etc/passwd', '', 'https://a@b:c@d']),
    directory: chance.pick(['/', '/proc/self', 'relative', '']),
    ...(chance.hit(0.3) ? { listen: 'nobody' } : {}),
  })),
  post('external-auth/answer', 0.5, false, (chance) => ({
    id: 'nobody',
    answer: chance.pick([
      { kind: 'credentials', username: 'a', password: 'b\n' },
      { kind: 'denied' },
      null,
      1,
    ]),
  })),
  read('git/ignored', 0.5, (chance, world) => [['path', placeToAsk(chance, world)]]),
  read('git/diff', 0.5, (chance, world) => [
    ['path', placeToAsk(chance, world)],
    ...some(chance, 'base', () => chance.pick(BASES)),
    ...some(chance, 'merge_base', () => 'true'),
    ...some(chance, 'context', () => String(chance.between(-1, 1_100))),
    ...some(chance, 'file', () =>
      chance.pick(['a.txt', '../beside/secret', '/etc/passwd', ':(top)x', '-x', '']),
    ),
  ]),
  post('git/snapshot', 0.3, true, (chance, world) => ({
    path: treeOf(chance, world),
    name: chance.pick(['fuzz', 'a/b', '../heads/x', 'a..b', '', '-d', 'x'.repeat(300), 'x.lock']),
  })),
  {
    ...post('events', 1.5, false, (chance, world) => ({
      processes: chance.hit(0.5),
      directories: [treeOf(chance, world), placeToRead(chance, world)],
      repositories: [treeOf(chance, world)],
    })),
    streams: true,
  },
  // No terminal is ever opened: what is typed there would be carried out.
  post('terminals/open', 1, true, (chance) => ({
    id: chance.pick([chance.uuid(), 'x', '../x', '']),
    workspace: chance.between(0, 9),
    cols: chance.between(-5, 5_000),
    rows: chance.between(-5, 5_000),
  })),
  read('terminals/list', 0.5, (chance) => some(chance, 'workspace', () => chance.uuid())),
  {
    name: 'terminals/{id}',
    weight: 2,
    hasEffect: false,
    make: (chance) => {
      const what = chance.pick(['output', 'input', 'resize', 'close']);
      const place = `/terminals/${chance.uuid()}/${what}`;
      if (what !== 'output')
        return jsonRequest(place, chat(chance), { cols: 80, rows: chance.between(-1, 99) });
      return { method: 'GET', endpoint: place, query: [], headers: chat(chance), body: null };
    },
  },
  {
    name: 'processes/{id}/signal',
    weight: 3,
    hasEffect: true,
    make: (chance, world) =>
      jsonRequest(`/processes/${processId(chance, world)}/signal`, keyed(chance), {
        signal: chance.pick(['terminate', 'kill', 'SIGKILL', '']),
      }),
  },
];

/** Any place of this machine may be asked about, mostly one where there is an answer. */
function placeToAsk(chance: Chance, world: World): string {
  return chance.hit(0.7) ? treeOf(chance, world) : placeToRead(chance, world);
}

/** Mostly one in which there is something to find. */
function treeOf(chance: Chance, world: World): string {
  if (chance.hit(0.3)) return `${world.work}/repo`;
  return chance.hit(0.4) ? world.work : placeInWorld(chance, world);
}

function anyEdit(chance: Chance, world: World): EditFilesRequest {
  const files = Array.from({ length: chance.between(0, 3) }, () => ({
    path: placeToWrite(chance, world),
    edits: Array.from({ length: chance.between(0, 3) }, () => ({
      search: chance.pick(['needle', 'one', 'line', '', 'nowhere', '\n']),
      replace: chance.pick(['needle', 'one', '', 'ü']),
      replace_all: chance.hit(0.5),
    })),
  }));
  return { files };
}

/** As long as nothing else has taken the word away. */
function goodEdit(chance: Chance, world: World): EditFilesRequest {
  const edits = [
    { search: 'needle', replace: chance.pick(['needle', 'Needle needle']), replace_all: false },
  ];
  const names = chance.hit(0.5) ? ['edited'] : ['edited', 'sub/edited'];
  return { files: names.map((name) => ({ path: `${world.work}/${name}`, edits })) };
}

/** The first file of the world keeps its journal's canary true: it is never written to again. */
function placeToWrite(chance: Chance, world: World): string {
  const place = placeInWorld(chance, world);
  return /\/(?:large|first|first\/)$/.test(place) ? `${world.work}/new-${chance.between(1, 50)}` : place;
}

function processId(chance: Chance, world: World): string {
  if (world.processes.length > 0 && chance.hit(0.7)) return chance.pick(world.processes);
  return chance.pick([chance.uuid(), '..', '%2e%2e', 'x', '%00', 'A'.repeat(36)]);
}

type Query = Request['query'];

function read(name: string, weight: number, query: (chance: Chance, world: World) => Query): Endpoint {
  return {
    name,
    weight,
    hasEffect: false,
    make: (chance, world) => ({
      method: 'GET',
      endpoint: `/${name}`,
      query: query(chance, world),
      headers: chat(chance),
      body: null,
    }),
  };
}

function post(
  name: string,
  weight: number,
  hasEffect: boolean,
  json: (chance: Chance, world: World) => unknown,
): Endpoint {
  return {
    name,
    weight,
    hasEffect,
    make: (chance, world) =>
      jsonRequest(`/${name}`, hasEffect ? keyed(chance) : chat(chance), json(chance, world)),
  };
}

function jsonRequest(endpoint: string, headers: Request['headers'], json: unknown): Request {
  return { method: 'POST', endpoint, query: [], headers, json, body: Buffer.from(JSON.stringify(json)) };
}

function some(chance: Chance, name: string, value: () => string): Query {
  return chance.hit(0.4) ? [[name, value()]] : [];
}

function chat(chance: Chance): Query {
  return chance.hit(0.3) ? [[CHAT_HEADER, chance.pick(['chat-1', 'chat-2'])]] : [];
}

/** Now and then a key that was used before, for the same or for something else. */
function keyed(chance: Chance): Query {
  const key = chance.hit(0.2) ? `again-${chance.between(1, 20)}` : chance.uuid();
  return [...chat(chance), [KEY_HEADER, key]];
}
