interface SseEvent {
  readonly name: string | null;
  readonly data: string;
}

export interface Tidying {
  /** The events of this API have names; where a server leaves one out, the kind in the data takes its place. */
  readonly named: boolean;
}

/**
 * Puts a stream of server-sent events in order before an official client reads it, as those stop at what servers of
 * their kind send besides: events without data, an end marker of the other API, an event that was cut off.
 */
export function tidyEvents(fetch: typeof globalThis.fetch, tidying: Tidying): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    const { body, ok, status, statusText, headers } = response;
    if (!ok || !body || /json|html|xml/.test(headers.get('content-type') ?? '')) return response;
    return new Response(body.pipeThrough(tidy(tidying)), { status, statusText, headers });
  };
}

function tidy({ named }: Tidying): TransformStream<Uint8Array, Uint8Array> {
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  const events = new EventReader();
  const encode = (all: readonly SseEvent[]) => {
    const text = all.flatMap((event) => written(event, named)).join('');
    return text === '' ? null : encoder.encode(text);
  };
  return new TransformStream({
    transform(chunk, controller) {
      const tidied = encode(events.take(decoder.decode(chunk, { stream: true })));
      if (tidied) controller.enqueue(tidied);
    },
    flush(controller) {
      const tidied = encode([...events.take(decoder.decode()), ...events.end()]);
      if (tidied) controller.enqueue(tidied);
    },
  });
}

function written({ name, data }: SseEvent, named: boolean): string[] {
  if (data.trim() === '' || (named && data === '[DONE]')) return [];
  const kind = name ?? (named ? kindOf(data) : null);
  const lines = data.split('\n').map((line) => `data: ${line}\n`);
  return [`${kind === null ? '' : `event: ${kind}\n`}${lines.join('')}\n`];
}

function kindOf(data: string): string | null {
  const value = parsed(data);
  if (typeof value !== 'object' || value === null) return null;
  if ('type' in value && typeof value.type === 'string') return value.type;
  return 'error' in value ? 'error' : null;
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

/** Text in any pieces → events. A line ends with a line feed, a carriage return, or both. */
class EventReader {
  #rest = '';
  /** The last piece ended with a carriage return: a line feed that follows belongs to it. */
  #afterReturn = false;
  #name: string | null = null;
  #data: string[] = [];

  take(piece: string): SseEvent[] {
    if (piece === '') return [];
    const text = this.#afterReturn && piece.startsWith('\n') ? piece.slice(1) : piece;
    this.#afterReturn = piece.endsWith('\r');
    // Only what is new is searched: a line may be long and come in many pieces.
    const [first = '', ...others] = text.split(/\r\n|\r|\n/);
    const lines = [this.#rest + first, ...others];
    this.#rest = lines.pop() ?? '';
    return lines.flatMap((line) => this.#line(line));
  }

  /** The last event may lack its blank line. When it lacks more than that, the stream was cut, and it never was one. */
  end(): SseEvent[] {
    const last = [...this.#line(this.#rest), ...this.#line('')];
    return last.filter(({ data }) => data === '[DONE]' || parsed(data) !== undefined);
  }

  #line(line: string): SseEvent[] {
    if (line === '') {
      const event = { name: this.#name, data: this.#data.join('\n') };
      this.#name = null;
      this.#data = [];
      return [event];
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'event') this.#name = value;
    else if (field === 'data') this.#data.push(value);
    return [];
  }
}
