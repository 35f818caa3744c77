import { err, ok, type Result } from '@shared/util/result.ts';

/** What a person names: a host or a name of the SSH configuration. Null: as the configuration says. */
export interface Target {
  /** IPv6 stands without brackets. */
  readonly hostname: string;
  readonly port: number | null;
  readonly username: string | null;
}

/** Letters of any script: names of a configuration are the person's own. */
const HOSTNAME = /^[\p{L}\p{N}_](?:[\p{L}\p{N}._+~-]*[\p{L}\p{N}_])?\.?$/u;
const IPV6 = /^[0-9A-Fa-f:]+(?:\.[0-9.]+)?(?:%[A-Za-z0-9_.-]+)?$/;
// oxlint-disable-next-line no-control-regex -- control characters are what must be refused
const UNSAFE = /[\u0000-\u0020\u007f-\u00a0\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

/** Reads `host`, `user@host`, `user@host:port`, `user@[v6]:port` and a bare IPv6 address. The error is a sentence. */
export function parseTarget(text: string): Result<Target, string> {
  const input = text.trim();
  if (input === '') return err('Enter a host, for example user@host or user@host:22.');
  if (UNSAFE.test(input)) return err('A host must not contain spaces or control characters.');
  const at = input.lastIndexOf('@');
  const username = at < 0 ? null : input.slice(0, at);
  if (username === '') return err('The user name before the @ is missing.');
  const place = splitPort(input.slice(at + 1));
  return place.ok ? checkTarget({ ...place.value, username }) : place;
}

/** The same rules for parts that come from elsewhere. */
export function checkTarget(target: Target): Result<Target, string> {
  const { hostname, port, username } = target;
  if (username !== null && (username === '' || username.startsWith('-') || UNSAFE.test(username))) {
    return err('The user name must not be empty, start with "-" or contain spaces or control characters.');
  }
  const isV6 = hostname.includes(':');
  if (hostname.length > 255 || !(isV6 ? IPV6 : HOSTNAME).test(hostname)) {
    return err(`"${hostname.slice(0, 80)}" is not a host name or address.`);
  }
  if (port !== null && (!Number.isInteger(port) || port < 1 || port > 65_535))
    return err('The port must be from 1 to 65535.');
  return ok({ hostname, port, username });
}

/** What people read and what identifies a host: the same text for the same parts. */
export function formatTarget(target: Target): string {
  const { hostname, port, username } = target;
  const place = hostname.includes(':') ? `[${hostname}]` : hostname;
  return `${username === null ? '' : `${username}@`}${place}${port === null ? '' : `:${port}`}`;
}

/** One name for one target, however it was typed. */
export function nameOfTarget(text: string): Result<string, string> {
  const target = parseTarget(text);
  return target.ok ? ok(formatTarget(target.value)) : target;
}

function splitPort(place: string): Result<{ hostname: string; port: number | null }, string> {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(place);
  const colons = place.split(':').length - 1;
  if (!bracketed && colons > 1) return ok({ hostname: place, port: null });
  const [hostname, portText] = bracketed
    ? [bracketed[1] ?? '', bracketed[2]]
    : [place.split(':')[0] ?? '', place.split(':')[1]];
  if (portText === undefined) return ok({ hostname, port: null });
  if (!/^\d{1,5}$/.test(portText)) return err('The port must be a number from 1 to 65535.');
  return ok({ hostname, port: Number(portText) });
}
