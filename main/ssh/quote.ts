/** One word for any shell that knows single quotes (sh, bash, zsh, fish, csh). */
export function shellQuote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** As `shellQuote`, but leaves words alone that no shell would touch: for commands that people read. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : shellQuote(word);
}
