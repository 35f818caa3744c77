/** The spool of one process: `head`, then `tail-<position of its first byte>`, in order and without overlap. */
export function segmentName(start: number): string {
  return `tail-${String(start).padStart(15, '0')}`;
}

export function segmentStarts(names: readonly string[]): readonly number[] {
  return names
    .flatMap((name) => {
      const match = /^tail-(\d{15,})$/.exec(name);
      return match ? [Number(match[1])] : [];
    })
    .sort((a, b) => a - b);
}
