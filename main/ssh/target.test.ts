import { expect, test } from 'vitest';
import { checkTarget, formatTarget, parseTarget } from './target.ts';

test.each([
  ['host', null, 'host', null, 'host'],
  ['gpu-box+2', null, 'gpu-box+2', null, 'gpu-box+2'],
  ['größe_日本', null, 'größe_日本', null, 'größe_日本'],
  [' ada@host.example ', 'ada', 'host.example', null, 'ada@host.example'],
  ['ada@host:2222', 'ada', 'host', 2222, 'ada@host:2222'],
  ['ada@work@host:22', 'ada@work', 'host', 22, 'ada@work@host:22'],
  ['10.0.0.7:2200', null, '10.0.0.7', 2200, '10.0.0.7:2200'],
  ['ada@[2001:db8::1]:2222', 'ada', '2001:db8::1', 2222, 'ada@[2001:db8::1]:2222'],
  ['[::1]', null, '::1', null, '[::1]'],
  ['fe80::1%eth0', null, 'fe80::1%eth0', null, '[fe80::1%eth0]'],
] as const)('reads %s', (...[text, username, hostname, port, canonical]) => {
  const target = { username, hostname, port };
  expect(parseTarget(text)).toEqual({ ok: true, value: target });
  expect(formatTarget(target)).toBe(canonical);
  expect(parseTarget(canonical)).toEqual({ ok: true, value: target });
});

test.each([
  '',
  '@host',
  '-oProxyCommand=touch /tmp/x',
  '-oProxyCommand=x',
  'ada@-oProxyCommand=x',
  '-l@host',
  'ada@ho st',
  'ada@host\nother',
  'ada@host\u0000',
  'ada@host\u202e',
  'ada@host:',
  'ada@host:0',
  'ada@host:65536',
  'ada@host:22x',
  'ada@[host',
  'ada@',
  'ada@host;rm',
  'ada@$(rm)',
  'ada@[::1]x',
  `${'a'.repeat(300)}`,
])('refuses %j', (text) => {
  expect(parseTarget(text).ok).toBe(false);
});

test('the parts of a stored host are held to the same rules', () => {
  expect(checkTarget({ hostname: '-x', port: 22, username: 'ada' }).ok).toBe(false);
  expect(checkTarget({ hostname: 'host', port: 22.5, username: 'ada' }).ok).toBe(false);
  expect(checkTarget({ hostname: 'host', port: 22, username: '' }).ok).toBe(false);
  expect(checkTarget({ hostname: 'host', port: 22, username: 'ada' }).ok).toBe(true);
});
