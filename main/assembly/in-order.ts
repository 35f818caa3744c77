export function closers(parts: readonly ({ close(): void | Promise<void> } | null)[]) {
  return parts.map((part) => async () => part?.close());
}

/** Every step, one after another, whatever happens: the database is closed in any case; then the first error. */
export async function inOrder(steps: readonly (() => Promise<void>)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const step of steps) await step().catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw new AggregateError(errors, 'closing failed');
}
