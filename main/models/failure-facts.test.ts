import { describe, expect, it } from 'vitest';
import { classify } from './errors.ts';

const acme = { provider: 'Acme' };

function verdict(thrown: unknown): string {
  const { kind, retryable, statusCode } = classify(thrown, acme);
  return `${kind} ${retryable ? 'retry' : 'final'} ${statusCode}`;
}

/** As the clients throw what a body or an event in mid-stream says. */
function said(error: object, status?: number): Error {
  return Object.assign(new Error(JSON.stringify(error)), { ...error, error, status });
}

describe('what a body tells', () => {
  it.each([
    [
      'a router names the status of the server behind it',
      said({ code: 502, message: 'no' }),
      'timeout retry 502',
    ],
    ['also of a wrong key', said({ code: 401, message: 'no' }), 'auth final 401'],
    ['the status of the answer wins over it', said({ code: 502, message: 'no' }, 400), 'generic final 400'],
    ['a number of something else is no status', said({ code: 20, message: 'no' }), 'generic final null'],
    [
      'a word for the status counts',
      said({ status: 'UNAVAILABLE', message: 'no' }, 500),
      'timeout retry 500',
    ],
    [
      'an event that says overloaded',
      said({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }),
      'overloaded retry null',
    ],
    [
      'an event that says that the server failed',
      said({ type: 'error', error: { type: 'api_error', message: 'no' } }),
      'generic retry null',
    ],
  ])('%s', (_title, thrown, expected) => {
    expect(verdict(thrown)).toBe(expected);
  });

  it('a page of a proxy is told without its tags', () => {
    const page =
      '<!doctype html><html><head><title>Oops</title><style>p{color:red}</style></head>' +
      '<body><h1>502 Bad Gateway</h1>\n<p>nginx</p></body></html>';
    const error = classify(Object.assign(new Error(`502 ${page}`), { status: 502 }), acme);
    expect(error).toMatchObject({ kind: 'timeout', retryable: true, detail: '502 502 Bad Gateway nginx' });
  });

  it('an endless body is judged by its beginning, at once', () => {
    const body = `overloaded ${'model a '.repeat(2_000_000)}`;
    const error = classify(new Error(body), acme);
    expect(error.kind).toBe('overloaded');
    expect(error.detail?.length).toBe(500);
  });
});

describe('connections', () => {
  const failed = (code: string, message = 'x') =>
    new TypeError('fetch failed', { cause: Object.assign(new Error(message), { code }) });

  it.each([
    ['ENETRESET', 'timeout retry null'],
    ['EHOSTDOWN', 'timeout retry null'],
    ['ECONNABORTED', 'timeout retry null'],
    ['ENOTFOUND', 'timeout retry null'],
    ['EAI_FAIL', 'timeout retry null'],
    ['ERR_STREAM_PREMATURE_CLOSE', 'timeout retry null'],
    ['ERR_HTTP2_GOAWAY_SESSION', 'timeout retry null'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'config final null'],
    ['EPROTO', 'config final null'],
    ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'config final null'],
    ['CERT_HAS_EXPIRED', 'config final null'],
  ])('%s → %s', (code, expected) => {
    const words = code.startsWith('CERT') ? 'certificate has expired' : 'x';
    expect(verdict(failed(code, words))).toBe(expected);
  });

  it('the wrong protocol says which part of the address to look at', () => {
    const error = classify(failed('ERR_SSL_WRONG_VERSION_NUMBER'), {
      provider: 'Broken',
      address: 'localhost:11434',
    });
    expect(error.message).toBe(
      'No secure connection to localhost:11434 (Broken) is possible. Check whether its address begins with https:// or http://.',
    );
  });

  it.each([520, 521, 522, 523, 524])(
    '%i, from a proxy that cannot reach the server, is tried again',
    (status) => {
      expect(verdict(Object.assign(new Error('x'), { status }))).toBe(`timeout retry ${status}`);
    },
  );

  it.each([409, 418, 501, 505])('%i is final', (status) => {
    expect(verdict(Object.assign(new Error('x'), { status }))).toBe(`generic final ${status}`);
  });

  it.each([
    ['Session closed with error code NGHTTP2_ENHANCE_YOUR_CALM', 'timeout retry null'],
    ['Session closed with error code 2', 'timeout retry null'],
    ['Session closed with error code 1', 'generic final null'],
    ['Stream closed with error code NGHTTP2_REFUSED_STREAM', 'timeout retry null'],
  ])('#152 %s', (text, expected) => {
    expect(verdict(new Error(text))).toBe(expected);
  });

  it("#58 a closed client connection is a timeout to retry, with the provider's name", () => {
    const error = classify(new Error('http2: client connection force closed via ClientConn.Close'), acme);
    expect(error).toMatchObject({ kind: 'timeout', retryable: true });
    expect(error.message).toBe('Acme is temporarily unavailable.');
  });
});
