import { AGENT_BASE } from '../../shared/agent-protocol/index.ts';
import type { Chance } from '../random.ts';
import type { Wire } from './exchange.ts';
import { mutateBytes } from './mutate.ts';

/** What a parser of HTTP may meet. `answers` null: it may also just be closed. */
export function malformed(
  chance: Chance,
  token: string,
): { readonly wire: Wire; readonly answers: number | null } {
  const auth = `authorization: Bearer ${token}`;
  const hello = `GET ${AGENT_BASE}/hello HTTP/1.1\r\n${auth}\r\n`;
  const list = `POST ${AGENT_BASE}/list-directory HTTP/1.1\r\n${auth}\r\nconnection: close\r\n`;
  const chunked = `${list}transfer-encoding: chunked\r\n\r\n`;
  const refused: readonly (() => string | Buffer)[] = [
    () => 'hello there\r\n\r\n',
    () => `JUMP ${AGENT_BASE}/hello HTTP/1.1\r\n${auth}\r\n\r\n`,
    () => `GET ${AGENT_BASE}/hello HTTP/9.9\r\n${auth}\r\n\r\n`,
    () => `GET ${AGENT_BASE}/he llo HTTP/1.1\r\n${auth}\r\n\r\n`,
    () => `${hello}: no name\r\n\r\n`,
    () => `${hello}bad\0name: x\r\n\r\n`,
    () => `${hello}x: a\0b\r\n\r\n`,
    () => `${hello}x: ${'y'.repeat(chance.between(17_000, 60_000))}\r\n\r\n`,
    () => `GET /${'u'.repeat(chance.between(17_000, 60_000))} HTTP/1.1\r\n${auth}\r\n\r\n`,
    () => `${list}content-length: 1\r\ncontent-length: 2\r\n\r\n{}`,
    () =>
      `${list}content-length: ${chance.pick(['x', '-1', '1e3', '0x2', '99999999999999999999'])}\r\n\r\n{}`,
    () => `${list}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}`,
    () => `${list}transfer-encoding: gzip, wonders\r\n\r\n`,
    () =>
      `${chunked}${chance.pick(['zz', '-1', '0x1', '', ';', 'fffffffffffffffffff'])}\r\n{}\r\n0\r\n\r\n`,
    () => `${chunked}2\r\n{}XX0\r\n\r\n`,
    () => `${chunked}2;${'e'.repeat(30_000)}\r\n{}\r\n0\r\n\r\n`,
    () => `CONNECT elsewhere:443 HTTP/1.1\r\n${auth}\r\n\r\n`,
    () => `${hello}expect: wonders\r\n\r\n`,
    () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    () => Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]),
    () => Buffer.from(Array.from({ length: chance.between(20, 300) }, () => chance.between(128, 255))),
  ];
  const open: readonly (() => string | Buffer)[] = [
    () => '',
    () => '\r\n\r\n\r\n',
    () => `GET  ${AGENT_BASE}/hello HTTP/1.1\r\n${auth}\r\n\r\n`,
    () => `${hello}${'x: y\r\n'.repeat(chance.between(1, 9_000))}\r\n`,
    () => hello,
    () => hello.slice(0, chance.between(1, hello.length)),
    () => `GET ${AGENT_BASE}/hello\r\n\r\n`,
    () => `GET ${AGENT_BASE}/hello HTTP/1.0\r\n${auth}\r\n\r\n`,
    () => `${chunked}5\r\n{}`,
    () => `${list}content-length: 100\r\n\r\n{}`,
    () => `${hello.replaceAll('\r\n', '\n')}\n`,
    () => mutateBytes(chance, Buffer.from(`${hello}connection: close\r\n\r\n`)),
  ];
  const isRefused = chance.hit(0.6);
  const text = chance.pick(isRefused ? refused : open)();
  const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
  const cut = chance.between(0, bytes.length);
  const pieces = chance.hit(0.3) ? [bytes.subarray(0, cut), bytes.subarray(cut)] : [bytes];
  return {
    // What is refused ends the connection by itself; the others would wait for more.
    wire: { pieces: pieces.filter((piece) => piece.length > 0), after: isRefused ? 'wait' : 'half' },
    answers: isRefused ? 1 : null,
  };
}
