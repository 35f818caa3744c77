import type { AccountKind } from '../model/account.ts';

/** What Settings asks for an account. Kept apart from the contract, so that the form can look at it too. */
export interface NewAccount {
  readonly kind: Exclude<AccountKind, 'demo'>;
  /** Of account-preset.ts; '' where the kind says it all. */
  readonly preset?: string | undefined;
  readonly name: string;
  readonly baseUrl: string;
  readonly key: string;
  /** Models to offer besides the catalogue's; a compatible server is asked for them where none is named. */
  readonly models: readonly string[];
  /** Sent with every call; `{key}` in a value stands for the key. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly proxy?: string | undefined;
  readonly apiVersion?: string | undefined;
}

export interface AccountProblem {
  readonly field: 'name' | 'baseUrl' | 'key' | 'models' | 'headers' | 'proxy' | 'apiVersion';
  /** One sentence for the person. */
  readonly message: string;
}

const SECRET_HEADERS = new Set(['authorization', 'api-key', 'x-api-key', 'proxy-authorization', 'cookie']);

/**
 * Why the account cannot be added as it is, in the order of the form; empty when it can. Texts are trimmed. `needsKey`:
 * false for one that keeps the key it has, or takes it from the environment.
 */
export function accountProblems(account: NewAccount, needsKey = true): readonly AccountProblem[] {
  const { kind, name, baseUrl, key, models, headers = {}, proxy = '', apiVersion = '' } = account;
  const compatible = kind === 'openai-compat' || kind === 'anthropic-compat';
  const found: AccountProblem[] = [];
  const say = (field: AccountProblem['field'], message: string) => found.push({ field, message });
  if (name === '') say('name', 'Give the account a name.');
  else if (name.length > 80) say('name', 'Give the account a shorter name: 80 characters at most.');
  if (compatible && baseUrl === '')
    say('baseUrl', 'Give the address of the server, such as http://127.0.0.1:8080/v1.');
  else if (baseUrl !== '' && !isWebAddress(baseUrl))
    say('baseUrl', 'Give a whole address that begins with http:// or https://.');
  else if (/openai\.azure\.com\/?$/i.test(baseUrl))
    say('baseUrl', 'Add the deployment: https://NAME.openai.azure.com/openai/deployments/DEPLOYMENT.');
  if (models.length > 50) say('models', 'Name fewer models: 50 at most.');
  else if (models.some((model) => model.length > 200)) say('models', 'One of the model names is too long.');
  if (!compatible && key === '' && needsKey) say('key', 'Give the key of the account.');
  else if (key.length > 2000) say('key', 'This is too long for a key.');
  else if (/[^\x20-\x7e]/.test(key))
    say('key', 'This key holds characters that no key has. Copy it again.');
  const header = headerProblem(headers);
  if (header !== null) say('headers', header);
  const way = proxyProblem(proxy);
  if (way !== null) say('proxy', way);
  if (apiVersion !== '' && !/^[\w.-]{1,40}$/.test(apiVersion))
    say('apiVersion', 'A version looks like 2024-10-21.');
  return found;
}

function headerProblem(headers: Readonly<Record<string, string>>): string | null {
  const entries = Object.entries(headers);
  if (entries.length > 20) return 'Give fewer headers: 20 at most.';
  for (const [name, value] of entries) {
    if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/.test(name)) return `“${name}” is no name of a header.`;
    if (!/^[\x20-\x7e]{1,2000}$/.test(value)) return `The value of ${name} cannot be sent.`;
    if (SECRET_HEADERS.has(name.toLowerCase()) && !value.includes('{key}'))
      return `Headers are not kept secret. Write {key} in ${name}, and the secret as the key.`;
  }
  return null;
}

function proxyProblem(proxy: string): string | null {
  if (proxy === '') return null;
  if (!isWebAddress(proxy))
    return 'Give the whole address of the proxy, such as http://proxy.example.com:3128.';
  return !/^https?:\/\/[^/?#]*@/i.test(proxy)
    ? null
    : 'Leave the name and the password out of the address: they would not be kept secret.';
}

function isWebAddress(text: string): boolean {
  return /^https?:\/\/[^\s/?#]+([/?#]\S*)?$/i.test(text);
}

/** "Name: value", one a line. What is no such line comes back as a name without a value, which is refused. */
export function parseHeaders(text: string): Readonly<Record<string, string>> {
  const lines = text.split('\n').map((line) => line.trim());
  return Object.fromEntries(
    lines
      .filter((line) => line !== '')
      .map((line) => {
        const colon = line.indexOf(':');
        return colon < 0 ? [line, ''] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
      }),
  );
}

export function headerLines(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
}
