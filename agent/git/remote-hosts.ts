/** The hosts, with their ports, that these remotes reach over the web. */
export function hostsOf(remotes: readonly string[]): ReadonlySet<string> {
  return new Set(
    remotes.flatMap((remote) =>
      /^https?:/i.test(remote) && URL.canParse(remote) ? [new URL(remote).host] : [],
    ),
  );
}
