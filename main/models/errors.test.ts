import type { FaultKind } from '@shared/model/fault.ts';
import { describe, expect, it } from 'vitest';
import { classify, providerHint, StreamCutError, toThrow } from './errors.ts';
import { statusInText } from './failure-facts.ts';
import { ModelError } from './port.ts';
import { isRetryableStatus } from './retry.ts';

const acme = { provider: 'Acme' };

function typed(status: number, message: string, more: object = {}): Error {
  return Object.assign(new Error(message), { status, ...more });
}

/** Kind and verdict in one word each, for tables. */
function verdict(thrown: unknown): string {
  const { kind, retryable } = classify(thrown, acme);
  return `${kind} ${retryable ? 'retry' : 'final'}`;
}

describe('what is retryable', () => {
  it.each([
    ['#93', 'overloaded'],
    ['#93', 'rate limit'],
    ['#93', 'rate_limit'],
    ['#93', 'too many requests'],
    ['#94', 'received status 529 from upstream'],
    ['#95', 'status 500'],
    ['#95', 'the server error was unknown: server error'],
    ['#96', 'read tcp: connection reset by peer'],
    ['#97', 'connect: connection refused'],
    ['#98', 'unexpected EOF'],
    ['#99', 'write: broken pipe'],
    ['#100', 'network timeout'],
    ['#101', 'service unavailable'],
    ['#101', 'unavailable'],
    ['#102', 'status 502'],
    ['#102', 'status 503'],
    ['#103', 'got 429 from the server'],
  ])('%s %s', (_number, text) => {
    expect(classify(new Error(text), acme).retryable).toBe(true);
  });

  it.each([
    ['#104', null],
    ['#104', undefined],
    ['#105', new Error('context canceled')],
    ['#105', new Error('model call: context canceled')],
    ['#105', Object.assign(new Error('This operation was aborted'), { name: 'AbortError' })],
    ['#106', new Error('context deadline exceeded')],
    ['#107', new Error('authentication failed')],
    ['#107', new Error('unauthorized')],
    ['#107', new Error('forbidden')],
    ['#108', new Error('invalid api key')],
    ['#108', new Error('invalid_api_key')],
    ['#109', new Error('invalid model')],
    ['#109', new Error('model not found')],
    ['#109', new Error('model_not_found')],
    ['#110', new Error('context length exceeded')],
    ['#110', new Error('context_exceeded')],
    ['#110', new Error('maximum context length is 8192')],
    ['#111', new Error('quota exceeded')],
    ['#111', new Error('billing error')],
  ])('%s %s is not', (_number, thrown) => {
    expect(classify(thrown, acme).retryable).toBe(false);
  });

  it('#112 wrapping does not change the verdict', () => {
    const wrap = (cause: Error) =>
      new Error('the step failed', { cause: new Error('the call failed', { cause }) });
    expect(verdict(wrap(new Error('overloaded')))).toBe('overloaded retry');
    expect(verdict(wrap(new Error('invalid api key')))).toBe('auth final');
    expect(verdict(new AggregateError([Object.assign(new Error('no'), { code: 'ECONNREFUSED' })]))).toBe(
      'timeout retry',
    );
  });

  it.each([408, 429, 500, 502, 503, 504, 529])('#113 status %i is', (status) => {
    expect(isRetryableStatus(status)).toBe(true);
    expect(classify(typed(status, 'no words'), acme).retryable).toBe(true);
  });

  it.each([200, 400, 401, 403, 404, 413, 422])('#113 status %i is not', (status) => {
    expect(isRetryableStatus(status)).toBe(false);
    expect(classify(typed(status, 'no words'), acme).retryable).toBe(false);
  });
});

describe('precedence', () => {
  it.each<[string, unknown, FaultKind, boolean]>([
    ['#131 auth beats config', new Error('invalid api key for invalid model'), 'auth', false],
    ['#132 pure config', new Error('unsupported model'), 'config', false],
    ['#133 bare forbidden', new Error('Forbidden'), 'auth', false],
    ['#134 explicit 401', typed(401, 'no'), 'auth', false],
    ['#134 explicit 403', typed(403, 'no'), 'auth', false],
    [
      '#135 forbidden with context length',
      typed(403, 'forbidden: context length exceeded'),
      'context_full',
      false,
    ],
    ['#136 explicit 429', typed(429, 'slow down'), 'rate_limit', true],
    ['#137 rate limit does not beat config', typed(429, 'rate limit: model not found'), 'config', false],
    [
      '#138 usage limit with 429 does not beat config',
      typed(429, 'quota: unsupported model'),
      'config',
      false,
    ],
    ['429 with a full context', typed(429, 'context length exceeded'), 'context_full', false],
    [
      'usage limit with 429',
      typed(429, 'You exceeded your current quota', { code: 'insufficient_quota' }),
      'usage_limit',
      false,
    ],
    ['#139 service unavailable', typed(503, 'service unavailable'), 'timeout', true],
    ['#140 503 does not beat config', typed(503, 'unsupported model'), 'config', false],
    ['#140 timeout does not beat config', new Error('timeout: model not found'), 'config', false],
    [
      '#141 connection refused with unsupported model',
      new Error('connection refused: unsupported model'),
      'config',
      false,
    ],
    ['#142 deadline exceeded', new Error('context deadline exceeded'), 'timeout', false],
    ['#143 transport reset', Object.assign(new Error('x'), { code: 'ECONNRESET' }), 'timeout', true],
    ['#144 bare context canceled', new Error('context canceled'), 'generic', false],
    ['#145 500 with context canceled', typed(500, 'context canceled'), 'generic', true],
    ['#145 the same in the text only', new Error('status 500: context canceled'), 'generic', true],
    ['#146 provider disabled', new Error('provider Acme is disabled'), 'provider_disabled', false],
    [
      '#146 disabled by an admin',
      new Error('this was disabled by an administrator'),
      'provider_disabled',
      false,
    ],
    ['#147 generic 503', typed(503, ''), 'timeout', true],
    ['overloaded beats config', typed(529, 'invalid model'), 'overloaded', true],
    [
      'a wrong request whose text names a timeout',
      typed(400, "tool 'execute': 'timeout' is not allowed"),
      'generic',
      false,
    ],
    ['a request that is too large', typed(413, 'Request exceeds the maximum size'), 'context_full', false],
    [
      'a certificate that is not trusted',
      new TypeError('fetch failed', {
        cause: Object.assign(new Error('self-signed certificate'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
      }),
      'config',
      false,
    ],
  ])('%s', (_title, thrown, kind, retryable) => {
    expect(classify(thrown, acme)).toMatchObject({ kind, retryable });
  });

  it('#139 #150 transport failures say that the provider is temporarily unavailable', () => {
    for (const thrown of [typed(503, 'x'), new Error('connection reset'), new Error('fetch failed')]) {
      expect(classify(thrown, acme).message).toBe('Acme is temporarily unavailable.');
    }
  });
});

describe('a server that cannot be connected to is named', () => {
  const broken = { provider: 'Broken', address: '127.0.0.1:9' };
  const cause = (code: string, message: string, more: object = {}) =>
    new TypeError('fetch failed', { cause: Object.assign(new Error(message), { code, ...more }) });
  const refused = cause('ECONNREFUSED', 'connect ECONNREFUSED 10.0.0.7:80', {
    address: '10.0.0.7',
    port: 80,
  });
  const unknown = cause('ENOTFOUND', 'getaddrinfo ENOTFOUND api.example', { hostname: 'api.example' });

  it.each([
    [
      'the account',
      refused,
      broken,
      { kind: 'timeout', retryable: true, message: 'Nothing answers at 127.0.0.1:9 (Broken).' },
    ],
    [
      'the error',
      refused,
      acme,
      { kind: 'timeout', retryable: true, message: 'Nothing answers at 10.0.0.7:80 (Acme).' },
    ],
    [
      'no name',
      refused,
      { provider: '' },
      { kind: 'timeout', retryable: true, message: 'Nothing answers at 10.0.0.7:80.' },
    ],
    [
      'ENOTFOUND',
      unknown,
      acme,
      { kind: 'timeout', retryable: true, message: 'The name api.example is not known.' },
    ],
    [
      'ENOTFOUND with a port',
      unknown,
      { provider: 'Broken', address: 'api.example:8080' },
      { kind: 'timeout', retryable: true, message: 'The name api.example is not known.' },
    ],
    [
      'EAI_AGAIN',
      cause('EAI_AGAIN', 'getaddrinfo EAI_AGAIN api.example', { hostname: 'api.example' }),
      acme,
      {
        kind: 'timeout',
        retryable: true,
        message: 'The name api.example cannot be looked up at the moment.',
      },
    ],
    [
      'a port that the runtime refuses',
      new TypeError('fetch failed', { cause: new Error('bad port') }),
      broken,
      { kind: 'timeout', retryable: true, message: 'Nothing answers at 127.0.0.1:9 (Broken).' },
    ],
    [
      'nothing is told',
      cause('ECONNREFUSED', ''),
      acme,
      { kind: 'timeout', retryable: true, message: 'Nothing answers at the address of Acme.' },
    ],
    [
      'an expired certificate',
      cause('CERT_HAS_EXPIRED', 'certificate has expired'),
      broken,
      { kind: 'config', retryable: false, message: 'The certificate of 127.0.0.1:9 (Broken) has expired.' },
    ],
    [
      'a certificate of its own',
      cause('DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate'),
      broken,
      {
        kind: 'config',
        retryable: false,
        message: 'The certificate of 127.0.0.1:9 (Broken) is not trusted on this computer.',
      },
    ],
  ] as const)('%s', (_title, thrown, context, expected) => {
    expect(classify(thrown, context)).toMatchObject(expected);
  });

  it('the detail keeps the code', () => {
    expect(classify(refused, broken).detail).toBe('fetch failed: connect ECONNREFUSED 10.0.0.7:80');
    const expired = cause('CERT_HAS_EXPIRED', 'certificate has expired');
    expect(classify(expired, broken).detail).toBe(
      'fetch failed: certificate has expired (CERT_HAS_EXPIRED)',
    );
  });

  it('an answer of the server is not a missing one', () => {
    const error = classify(typed(503, 'upstream', { code: 'ECONNREFUSED' }), broken);
    expect(error.message).toBe('Broken is temporarily unavailable.');
  });
});

describe('subjects', () => {
  it('#146 an account that is turned off is named where its name is known', () => {
    const messageOf = (text: string, provider: string) => classify(new Error(text), { provider }).message;
    expect(messageOf('provider Acme is disabled', 'Acme')).toContain('Acme');
    expect(messageOf('this was disabled by an administrator', 'Acme')).toContain('Acme');
    expect(messageOf('provider anthropic is disabled', '')).toContain('Anthropic');
    expect(messageOf('this provider is disabled', '')).toContain('AI provider');
  });

  it('#127 an overload without a name keeps the subject general', () => {
    const error = classify(new Error('overloaded'), { provider: '' });
    expect(error.provider).toBe('');
    expect(error.message).toContain('The AI provider');
  });

  it('#128 a named provider is the subject', () => {
    const error = classify(new Error('anthropic: overloaded_error'), { provider: '' });
    expect(error).toMatchObject({ kind: 'overloaded', retryable: true, provider: 'Anthropic' });
    expect(error.message).toContain('Anthropic');
  });

  it('the configured provider wins over what the text names', () => {
    expect(classify(new Error('anthropic overloaded'), { provider: 'AWS Bedrock' }).provider).toBe(
      'AWS Bedrock',
    );
  });

  it.each([
    ['openai-compat server', 'The OpenAI-compatible server'],
    ['azure openai', 'Azure OpenAI'],
    ['openrouter said no to claude', 'OpenRouter'],
    ['bedrock anthropic', 'AWS Bedrock'],
    ['claude is busy', 'Anthropic'],
    ['vertex', 'Google'],
    ['openai', 'OpenAI'],
    ['somebody', ''],
  ])('#149 hint: %s', (text, name) => {
    expect(providerHint(text)).toBe(name);
  });

  it('an auth error says where the key is', () => {
    expect(classify(typed(401, 'no'), acme).message).toContain('Settings → Accounts');
    const fromEnv = classify(typed(401, 'no'), { provider: 'Acme', keyVariable: 'OPENAI_API_KEY' });
    expect(fromEnv.message).toContain('OPENAI_API_KEY environment variable');
  });
});

describe('streams', () => {
  it('#129 #130 a missing last event is a timeout to retry', () => {
    for (const thrown of [
      new StreamCutError('ended'),
      new Error('anthropic stream closed: missing message_stop'),
      new Error('openai responses stream closed before terminal event'),
    ]) {
      const error = classify(thrown, acme);
      expect(error).toMatchObject({ kind: 'timeout', retryable: true });
      expect(error.message).toContain('stream closed unexpectedly');
    }
  });

  it.each([
    'Responses API response failed: resp_0a1b2c status=failed',
    'openai: response resp_0a1b2c is incomplete: incomplete_details',
  ])('#148 diagnostics leak no ids: %s', (text) => {
    const error = classify(new Error(text), acme);
    expect(error).toMatchObject({ kind: 'generic', retryable: false, detail: null });
    expect(error.message).not.toContain('resp_');
  });

  it.each([
    ['http2: client connection lost', 'timeout retry'],
    ['http2: client connection force closed', 'timeout retry'],
    ['http2: server sent GOAWAY and closed the connection', 'timeout retry'],
  ])('#151 %s', (text, expected) => {
    expect(verdict(new Error(text))).toBe(expected);
  });

  it.each([
    ['stream error: stream ID 7; INTERNAL_ERROR; received from peer', 'timeout retry'],
    ['stream error: stream ID 7; REFUSED_STREAM; received from peer', 'timeout retry'],
    ['stream error: stream ID 7; NO_ERROR; received from peer', 'timeout retry'],
    ['stream error: stream ID 7; CANCEL; received from peer', 'timeout retry'],
    ['stream error: stream ID 7; ENHANCE_YOUR_CALM; received from peer', 'timeout retry'],
    ['stream error: stream ID 7; PROTOCOL_ERROR; received from peer', 'generic final'],
    ['stream error: stream ID 7; INTERNAL_ERROR', 'generic final'],
    ['Stream closed with error code NGHTTP2_INTERNAL_ERROR', 'timeout retry'],
    ['Stream closed with error code NGHTTP2_PROTOCOL_ERROR', 'generic final'],
  ])('#152 %s', (text, expected) => {
    expect(verdict(new Error(text))).toBe(expected);
  });

  it('#153 the number of a stream is no status', () => {
    const error = classify(new Error('stream error: stream ID 503; PROTOCOL_ERROR'), acme);
    expect(error.statusCode).toBeNull();
    expect(statusInText('stream ID 529 was reset')).toBeNull();
  });
});

describe('#149 patterns', () => {
  it.each([
    ['chat interrupted', 'generic final'],
    ['request was interrupted', 'generic final'],
    ['previous response with id resp_1 not found', 'generic retry'],
    ['Overloaded', 'overloaded retry'],
    ['payment required', 'usage_limit final'],
    ['insufficient_quota', 'usage_limit final'],
    ['Your credit balance is too low', 'usage_limit final'],
    ['Incorrect API key provided', 'auth final'],
    ['invalid x-api-key', 'auth final'],
    ['permission_error', 'auth final'],
    ['rate_limit_error', 'rate_limit retry'],
    ['deadline exceeded', 'timeout final'],
    ['request timed out', 'timeout retry'],
    ['bad gateway', 'timeout retry'],
    ['gateway timeout', 'timeout retry'],
    ['stream closed', 'timeout retry'],
    ['use of closed network connection', 'timeout retry'],
    ['terminated', 'timeout retry'],
    ['socket hang up', 'timeout retry'],
    ['fetch failed', 'timeout retry'],
    ['status code: 408', 'timeout retry'],
    ['HTTP 504', 'timeout retry'],
    ['prompt is too long: 210000 tokens', 'context_full final'],
    ['context_length_exceeded', 'context_full final'],
    ["This model's maximum context length is 8192 tokens", 'context_full final'],
    ['input length and `max_tokens` exceed context limit: 190000 + 32000 > 200000', 'context_full final'],
    ['the request exceeds the available context size', 'context_full final'],
    ['The input token count (2000000) exceeds the maximum number of tokens', 'context_full final'],
    ['RESOURCE_EXHAUSTED', 'rate_limit retry'],
    ['The model `gpt-9` does not exist', 'config final'],
    ['malformed config', 'config final'],
    ['Invalid URL', 'config final'],
    ['internal error', 'generic retry'],
    ['internal server error', 'generic retry'],
    ['typeof x is not a function', 'generic final'],
  ])('%s → %s', (text, expected) => {
    expect(verdict(new Error(text))).toBe(expected);
  });

  it.each([
    'ECONNRESET',
    'ECONNREFUSED',
    'EPIPE',
    'ETIMEDOUT',
    'ENETUNREACH',
    'EAI_AGAIN',
    'UND_ERR_SOCKET',
    'UND_ERR_CONNECT_TIMEOUT',
    'UND_ERR_HEADERS_TIMEOUT',
    'UND_ERR_BODY_TIMEOUT',
  ])('%s in a cause is a timeout to retry', (code) => {
    const thrown = new Error('wrapped', { cause: Object.assign(new Error('x'), { code }) });
    expect(verdict(thrown)).toBe('timeout retry');
  });

  it('an event that is no JSON is a clear failure', () => {
    expect(classify(new SyntaxError('Unexpected token'), acme).message).toBe(
      'Acme sent an answer that cannot be read.',
    );
  });
});

describe('facts', () => {
  it.each([
    ['status 503', 503],
    ['status code: 429', 429],
    ['HTTP/1.1 502', 502],
    ['got 529 today', 529],
    ['port :503 refused', null],
    ['404 is not in the list of bare numbers', null],
  ])('status in "%s"', (text, status) => {
    expect(statusInText(text)).toBe(status);
  });

  it('a typed status wins over the text', () => {
    expect(classify(typed(400, 'status 503'), acme).statusCode).toBe(400);
  });

  it.each([
    [{ 'retry-after': '7' }, 7000],
    [{ 'Retry-After': '1.5' }, 1500],
    [{ 'retry-after-ms': '250', 'retry-after': '9' }, 250],
    [{ 'retry-after': 'Thu, 01 Jan 1970 00:01:00 GMT' }, 30_000],
    [{ 'retry-after': '0' }, null],
    [{ 'retry-after': 'soon' }, null],
    [{}, null],
  ])('Retry-After %j', (headers, ms) => {
    const context = { ...acme, now: 30_000 };
    expect(classify(typed(429, 'x', { headers }), context).retryAfterMs).toBe(ms);
    const real = new Headers(headers as Record<string, string>);
    expect(classify(typed(429, 'x', { headers: real }), context).retryAfterMs).toBe(ms);
  });

  it("the detail is the provider's words, without secrets, at most 500 characters", () => {
    const words = 'Key sk-ant-api03-abcdefgh and Bearer abc.def, api_key=hunter2hunter2, custom-secret-1';
    const error = classify(typed(400, 'wrapped', { error: { message: words } }), {
      ...acme,
      secrets: ['custom-secret-1'],
    });
    expect(error.detail).toBe('Key [key] and Bearer [key], api_key=[key], [key]');
    const long = classify(new Error('🦊'.repeat(600)), acme);
    expect(Array.from(long.detail ?? '')).toHaveLength(500);
  });

  it('an error that is classified already stays as it is', () => {
    const error = new ModelError('Set up first', { kind: 'missing_key', retryable: false, provider: 'X' });
    expect(classify(error, acme)).toBe(error);
  });

  it('the reason of an aborted signal wins over the error', () => {
    const stop = new AbortController();
    const reason = new Error('stopped');
    expect(toThrow(new Error('overloaded'), stop.signal, acme)).toBeInstanceOf(ModelError);
    stop.abort(reason);
    expect(toThrow(new Error('overloaded'), stop.signal, acme)).toBe(reason);
  });
});
