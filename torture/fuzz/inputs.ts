import { AGENT_BASE } from '../../shared/agent-protocol/index.ts';
import type { Chance } from '../random.ts';
import { type Endpoint, endpoints } from './endpoints.ts';
import type { Wire } from './exchange.ts';
import { malformed } from './malformed.ts';
import { mutateBytes, mutateText, mutateValue, oddText } from './mutate.ts';
import { isOfWorld } from './places.ts';
import { bytesOf, type Request } from './request.ts';
import type { World } from './world.ts';

/** One thing that is done to the agent. */
export interface Input {
  readonly kind: string;
  /** The endpoint that it is meant for; null: none. */
  readonly endpoint: string | null;
  readonly wire: Wire;
  /** So many answers must come; null: it may also be closed without. */
  readonly answers: number | null;
}

type Kind = (chance: Chance, world: World) => Omit<Input, 'kind'>;

/** By weight, of a hundred. */
const kinds: readonly (readonly [name: string, weight: number, kind: Kind])[] = [
  ['as it should be', 30, (chance, world) => one(anyRequest(chance, world), world)],
  ['odd query', 12, oddQuery],
  ['odd JSON', 14, oddJson],
  ['odd body', 8, oddBody],
  ['odd headers', 8, oddHeaders],
  ['wrong token', 5, wrongToken],
  ['another method', 5, otherMethod],
  ['another path', 5, otherPath],
  ['no HTTP', 6, (chance, world) => ({ ...noEndpoint, ...malformed(chance, world.address.token) })],
  ['pipelined', 3, pipelined],
  ['cut in the middle', 2, cutShort],
  ['left', 2, left],
  ['too much', 0.3, tooMuch],
];

const noEndpoint = { endpoint: null };

export function inputOf(chance: Chance, world: World): Input {
  let at = chance.next() * kinds.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [kind, weight, make] of kinds) {
    at -= weight;
    if (at < 0) return { kind, ...make(chance, world) };
  }
  return inputOf(chance, world);
}

interface Made {
  readonly endpoint: Endpoint;
  readonly request: Request;
}

function anyRequest(chance: Chance, world: World, from: readonly Endpoint[] = endpoints): Made {
  let at = chance.next() * from.reduce((sum, { weight }) => sum + weight, 0);
  const endpoint = from.find(({ weight }) => (at -= weight) < 0) ?? chance.pick(from);
  return { endpoint, request: endpoint.make(chance, world) };
}

function one({ endpoint, request }: Made, world: World): Omit<Input, 'kind'> {
  return {
    endpoint: endpoint.name,
    wire: {
      pieces: [bytesOf(request, world.address.token, true)],
      after: endpoint.streams ? 'glance' : 'wait',
      isHead: request.method === 'HEAD',
    },
    answers: endpoint.streams ? null : 1,
  };
}

function oddQuery(chance: Chance, world: World) {
  const withQuery = endpoints.filter(({ name }) => /read|stat|write|git\/[sdi]/.test(name));
  const made = anyRequest(chance, world, withQuery);
  const query = made.request.query.map(([name, value]): readonly [string, string] => {
    if (chance.hit(0.5)) return [name, value];
    const odd = chance.hit(0.5) ? mutateText(chance, value) : oddText(chance);
    const isSafe = name !== 'path' || !made.endpoint.hasEffect || isOfWorld(world, odd);
    return isSafe ? [name, odd] : [name, value];
  });
  const more = chance.hit(0.3) ? [[oddText(chance), oddText(chance)] as const] : [];
  const twice = chance.hit(0.2) ? query : [];
  return one({ ...made, request: { ...made.request, query: [...query, ...more, ...twice] } }, world);
}

/** Commands stay those of the list: what is run here is not a matter of chance. */
function oddJson(chance: Chance, world: World) {
  const made = anyRequest(
    chance,
    world,
    endpoints.filter(({ name }) => /list-|search|glob|edit|signal|events|snapshot/.test(name)),
  );
  let json = made.request.json;
  for (let count = chance.between(1, 3); count > 0; count -= 1) json = mutateValue(chance, json);
  if (!staysInWorld(world, json)) json = null;
  return one(
    { ...made, request: { ...made.request, body: Buffer.from(JSON.stringify(json) ?? '') } },
    world,
  );
}

function staysInWorld(world: World, value: unknown): boolean {
  if (typeof value === 'string') return isOfWorld(world, value) && !value.includes('proc-link');
  if (typeof value !== 'object' || value === null) return true;
  return Object.values(value).every((item) => staysInWorld(world, item));
}

function oddBody(chance: Chance, world: World) {
  const made = anyRequest(
    chance,
    world,
    endpoints.filter(({ name }) => !/write|edit|start|open|snapshot/.test(name)),
  );
  const given = made.request.body ?? Buffer.from('{}');
  const body = chance.pick([
    () => mutateBytes(chance, given),
    () => given.subarray(0, chance.between(0, given.length)),
    () => Buffer.from('['.repeat(chance.between(1, 50_000))),
    () => Buffer.from('{"a":'.repeat(chance.between(1, 20_000))),
    () => Buffer.from(`{"root":"${'x'.repeat(chance.between(1, 200_000))}"}`),
    () => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), given]),
    () => Buffer.alloc(chance.between(0, 3_000), chance.between(0, 255)),
    () =>
      Buffer.from(chance.pick(['null', '[]', '1', '""', 'true', '{"__proto__":{"root":"/"}}', '\0', ''])),
  ])();
  return one({ ...made, request: { ...made.request, body } }, world);
}

function oddHeaders(chance: Chance, world: World) {
  const made = anyRequest(chance, world);
  const odd = chance.pick([
    () => ['idempotency-key', 'k'.repeat(chance.between(0, 700))] as const,
    () => ['gaffer-chat-id', 'c'.repeat(chance.between(0, 400))] as const,
    () => ['gaffer-chat-id', `\u00e9\u00ff${chance.between(0, 9)}`] as const,
    () => ['authorization', 'Bearer again'] as const,
    () => ['x-'.padEnd(chance.between(2, 60), 'x'), 'y'.repeat(chance.between(0, 3_000))] as const,
    () => ['accept-encoding', 'gzip, br, *;q=0'] as const,
    () => ['content-type', 'text/html'] as const,
    () => ['upgrade', 'websocket'] as const,
    () => ['range', 'bytes=0-1,5-'] as const,
    () => ['connection', 'upgrade, keep-alive'] as const,
  ])();
  const kept = chance.hit(0.3) ? [] : made.request.headers;
  return one({ ...made, request: { ...made.request, headers: [...kept, odd] } }, world);
}

function wrongToken(chance: Chance, world: World): Omit<Input, 'kind'> {
  const made = anyRequest(chance, world);
  const { token } = world.address;
  const wrong = chance.pick(['', 'x', token.slice(1), token.toUpperCase().slice(0, -1), `${token}x`, '*']);
  const bytes = bytesOf(made.request, wrong, true);
  return { ...one(made, world), endpoint: null, wire: { pieces: [bytes], after: 'wait' } };
}

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'TRACE', 'PROPFIND', 'PURGE'];

/** The right one of what has an effect would have it. */
function otherMethod(chance: Chance, world: World) {
  const made = anyRequest(chance, world);
  const method = chance.pick(METHODS.filter((one) => one !== 'POST' || !made.endpoint.hasEffect));
  return one({ ...made, request: { ...made.request, method } }, world);
}

function otherPath(chance: Chance, world: World): Omit<Input, 'kind'> {
  const made = anyRequest(
    chance,
    world,
    endpoints.filter(({ hasEffect }) => !hasEffect),
  );
  const target = chance.pick([
    () =>
      `${AGENT_BASE}${encodeURI(mutateText(chance, made.request.endpoint).replaceAll(/[\ud800-\udfff]/g, ''))}`,
    () => `${AGENT_BASE}/../..${AGENT_BASE}${made.request.endpoint}`,
    () => `/${'a/'.repeat(chance.between(1, 3_000))}`,
    () => `//${made.request.endpoint}`,
    () => `http://agent${AGENT_BASE}/hello`,
    () => 'http://[bad',
    () => '*',
    () => `${AGENT_BASE}/hello?${'&'.repeat(2_000)}`,
    () => `${AGENT_BASE}/%2e%2e/hello`,
    () => `${AGENT_BASE}/processes/${'%2f'.repeat(30)}/output`,
    // An order to end that says how in no way that is known.
    () => `${AGENT_BASE}/shutdown?force=true`,
  ])();
  const head = [
    `${target.includes('shutdown') ? 'GET' : made.request.method} ${target} HTTP/1.1`,
    `authorization: Bearer ${world.address.token}`,
    'connection: close',
  ];
  const bytes = Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1');
  return { ...noEndpoint, wire: { pieces: [bytes], after: 'wait' }, answers: 1 };
}

/** Several at once, all good: each gets its answer, in order. */
function pipelined(chance: Chance, world: World): Omit<Input, 'kind'> {
  const cheap = endpoints.filter(({ name }) => !/search|glob|start|git|events/.test(name));
  const all = Array.from({ length: chance.between(2, 12) }, () => anyRequest(chance, world, cheap));
  const bytes = all.map(({ request }, at) => bytesOf(request, world.address.token, at + 1 === all.length));
  return {
    ...noEndpoint,
    wire: { pieces: chance.hit(0.5) ? [Buffer.concat(bytes)] : bytes, after: 'wait' },
    answers: all.length,
  };
}

/** A body that comes to no end. What has begun to be sent of a good one has no effect. */
function cutShort(chance: Chance, world: World): Omit<Input, 'kind'> {
  const made = anyRequest(
    chance,
    world,
    endpoints.filter(({ name }) => /write|edit|search|start/.test(name)),
  );
  const bytes = bytesOf(made.request, world.address.token, true);
  const end = bytes.indexOf('\r\n\r\n') + 4;
  const whole = bytes.length - end;
  const cut = bytes.subarray(0, whole === 0 ? end - 3 : end + chance.between(0, whole - 1));
  return { ...noEndpoint, wire: { pieces: [cut], after: chance.pick(['half', 'leave']) }, answers: null };
}

/** More than a body may have, with and without saying so before. */
function tooMuch(chance: Chance, world: World): Omit<Input, 'kind'> {
  const size = chance.pick([4, 20]) * 2 ** 20 + chance.between(1, 1_000);
  const target = size > 20 * 2 ** 20 ? `/write-file?path=${world.work}/large` : '/list-directory';
  const isChunked = chance.hit(0.5);
  const head = [
    `POST ${AGENT_BASE}${target} HTTP/1.1`,
    `authorization: Bearer ${world.address.token}`,
    `idempotency-key: ${chance.uuid()}`,
    isChunked ? 'transfer-encoding: chunked' : `content-length: ${size}`,
    'connection: close',
  ];
  const begin = `${head.join('\r\n')}\r\n\r\n${isChunked ? `${size.toString(16)}\r\n` : ''}`;
  const pieces = [Buffer.from(begin), Buffer.alloc(size), Buffer.from(isChunked ? '\r\n0\r\n\r\n' : '')];
  return {
    ...noEndpoint,
    wire: { pieces: pieces.filter(({ length }) => length > 0), after: 'wait' },
    answers: 1,
  };
}

/** Nobody waits for the answer. */
function left(chance: Chance, world: World): Omit<Input, 'kind'> {
  const made = anyRequest(chance, world);
  return {
    ...one(made, world),
    wire: { pieces: [bytesOf(made.request, world.address.token, true)], after: 'leave' },
    answers: null,
  };
}
