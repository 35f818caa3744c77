/** Idempotent release of all, or none when the signal aborts first. */
export async function takeAll(
  slots: readonly { take(signal: AbortSignal): Promise<() => void> }[],
  signal: AbortSignal,
): Promise<() => void> {
  const held: (() => void)[] = [];
  try {
    for (const slot of slots) held.push(await slot.take(signal));
  } catch (error) {
    for (const give of held) give();
    throw error;
  }
  return () => {
    for (const give of held) give();
  };
}
