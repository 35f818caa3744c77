/** The options of a model configuration (CHATD 1.9), read with care: a person may have typed them. */
type Options = Readonly<Record<string, unknown>>;

export function numberOption(options: Options, name: string): number | null {
  const value = options[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** Those of the named settings that are set, as an object to spread into a request. */
export function numbersOf(options: Options, ...names: string[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const name of names) {
    const value = numberOption(options, name);
    if (value !== null) found[name] = value;
  }
  return found;
}

/** `provider_options.<family>`, or an empty object. */
export function familyOptions(options: Options, family: string): Options {
  const all = options['provider_options'];
  if (typeof all !== 'object' || all === null) return {};
  const own = (all as Options)[family];
  return typeof own === 'object' && own !== null && !Array.isArray(own) ? (own as Options) : {};
}
