import type { AdapterSettings } from './adapter-settings.ts';

/**
 * The official clients add the headers of a `…_CUSTOM_HEADERS` variable (lines `name: value`) to every call.
 * They belong to the environment's account: for any other server they are taken out, as they may hold secrets.
 * Where a header of the account's own takes the key, it is sent in no other.
 */
export function clientHeaders(settings: AdapterSettings, fromEnv = ''): Record<string, string | null> {
  const added = fromEnv.split('\n').flatMap((line) => {
    const colon = line.indexOf(':');
    return colon > 0 ? [line.slice(0, colon).trim()] : [];
  });
  const removed = settings.keyVariable === null ? added.map((name) => [name, null] as const) : [];
  const own = Object.entries(settings.headers);
  const takesKey = own.some(([, value]) => value.includes('{key}'));
  return {
    ...Object.fromEntries(removed),
    ...(takesKey ? { authorization: null, 'x-api-key': null } : {}),
    ...Object.fromEntries(own.map(([name, value]) => [name, value.replaceAll('{key}', settings.apiKey)])),
  };
}
