import { AGENT_BASE } from '../../shared/agent-protocol/index.ts';

/** One call of the protocol, before it is put into bytes. */
export interface Request {
  readonly method: string;
  readonly endpoint: string;
  readonly query: readonly (readonly [string, string])[];
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer | null;
  /** The body, where it is JSON. */
  readonly json?: unknown;
}

/** In bytes. The last of a connection asks for its end, so that its answer is known to be whole. */
export function bytesOf(request: Request, token: string, isLast: boolean): Buffer {
  const query = request.query.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
  const lines = [
    `${request.method} ${AGENT_BASE}${request.endpoint}${query === '' ? '' : `?${query}`} HTTP/1.1`,
    'host: agent',
    `authorization: Bearer ${token}`,
    ...request.headers.map(([name, value]) => `${name}: ${value}`),
    ...(request.body === null ? [] : [`content-length: ${request.body.length}`]),
    ...(isLast ? ['connection: close'] : []),
  ];
  return Buffer.concat([
    Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'),
    request.body ?? Buffer.alloc(0),
  ]);
}

/** Also of texts that are no whole characters. */
function encode(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) => (/[\w./~-]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : percent(byte)))
    .join('');
}

function percent(byte: number): string {
  return `%${byte.toString(16).padStart(2, '0')}`;
}
