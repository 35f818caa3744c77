/** What can be known about a thrown value without deciding anything yet. */
export interface FailureFacts {
  /** Messages, codes and types of the value and its causes, lower-cased: what patterns look at. */
  readonly text: string;
  /** The provider's own words, for the person. */
  readonly words: string;
  readonly status: number | null;
  /** True when the status came from a typed field, not from the text. */
  readonly statusTyped: boolean;
  readonly codes: readonly string[];
  readonly names: readonly string[];
  readonly headers: unknown;
  /** Host and port that a connection was tried to, where the runtime tells them. */
  readonly address: string | null;
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null ? (value as Fields) : null;
}

/** The value and its causes (also those of an AggregateError), at most eight deep. */
function chain(thrown: unknown): Fields[] {
  const found: Fields[] = [];
  const waiting: unknown[] = [thrown];
  while (waiting.length > 0 && found.length < 8) {
    const fields = fieldsOf(waiting.shift());
    if (!fields || found.includes(fields)) continue;
    found.push(fields);
    waiting.push(fields['cause']);
    if (Array.isArray(fields['errors'])) waiting.push(...fields['errors']);
  }
  return found;
}

/** Nobody reads more of it, and patterns need not. */
const MAX_TEXT = 20_000;

/** A page of a proxy in between: what it says, without its tags. */
function plain(text: string): string {
  const short = text.slice(0, MAX_TEXT);
  if (!/<(!doctype|html|head|body)\b/i.test(short)) return short;
  const visible = short.replaceAll(/<(style|script|title)\b[^>]*>.*?<\/\1\s*>/gis, ' ');
  return visible
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** The message inside an error body: `{error: {message}}`, `{message}` or plain text. */
function bodyMessage(body: unknown): string | null {
  if (typeof body === 'string') return plain(body);
  const fields = fieldsOf(body);
  if (!fields) return null;
  if (typeof fields['message'] === 'string') return plain(fields['message']);
  return fields['error'] === body ? null : bodyMessage(fields['error']);
}

function numberIn(fields: Fields, ...names: string[]): number | null {
  for (const name of names) {
    const value = fields[name];
    if (typeof value === 'number' && Number.isInteger(value) && value >= 100 && value <= 599) return value;
  }
  return null;
}

/** What Node attaches to a failed look-up (`hostname`) or connection (`address`, `port`), or to a wrong certificate. */
function addressIn(fields: Fields): string | null {
  const host = [fields['hostname'], fields['address'], fields['host']].find(
    (value) => typeof value === 'string' && value !== '',
  );
  if (typeof host !== 'string') return null;
  const shown = host.includes(':') ? `[${host}]` : host;
  return typeof fields['port'] === 'number' ? `${shown}:${fields['port']}` : shown;
}

const labelled = /\b(?:status(?:[ _]?code)?|http(?:\/\d(?:\.\d)?)?)\s*[:=]?\s*([1-5]\d{2})\b/;
const alone = /(?<![:\d.])\b(401|403|408|429|500|502|503|504|529)\b/;

/** A status named in a text (CHATD 7.5). The number of an HTTP/2 stream is not one. */
export function statusInText(text: string): number | null {
  const plain = text.toLowerCase().replaceAll(/stream id[ =:]*\d+/g, 'stream');
  const found = labelled.exec(plain) ?? alone.exec(plain);
  return found?.[1] === undefined ? null : Number(found[1]);
}

export function failureFacts(thrown: unknown): FailureFacts {
  const errors = chain(thrown);
  const texts = new Set<string>();
  const codes = new Set<string>();
  const names = new Set<string>();
  let status: number | null = null;
  let headers: unknown = null;
  let words: string | null = null;
  let address: string | null = null;
  if (typeof thrown === 'string') texts.add(plain(thrown));
  for (const error of errors) {
    if (typeof error['message'] === 'string' && error['message'] !== '') texts.add(plain(error['message']));
    const said = bodyMessage(error['error']);
    if (said !== null) texts.add(said);
    words ??= said;
    const body = fieldsOf(error['error']);
    for (const code of [
      error['code'],
      error['type'],
      body?.['type'],
      body?.['code'],
      body?.['status'],
      fieldsOf(body?.['error'])?.['type'],
    ]) {
      if (typeof code === 'string') codes.add(code);
    }
    if (typeof error['name'] === 'string') names.add(error['name']);
    status ??= numberIn(error, 'status', 'statusCode', 'status_code');
    // Routers tell the status of the server behind them as a number in the body, also in mid-stream.
    status ??= numberIn(error, 'code') ?? (body ? numberIn(body, 'code', 'status') : null);
    headers ??= error['headers'] ?? null;
    if (typeof error['code'] === 'string') address ??= addressIn(error);
  }
  const text = [...texts, ...codes].join(' \n').toLowerCase();
  return {
    text,
    words: words ?? [...texts].join(': '),
    status: status ?? statusInText(text),
    statusTyped: status !== null,
    codes: [...codes],
    names: [...names],
    headers,
    address,
  };
}
