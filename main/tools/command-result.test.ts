import { expect, test } from 'vitest';
import { shownOutput } from './command-result.ts';
import { byteLength } from './cut.ts';

test('a full head and tail fit into 32 KiB: the head gives way and the end stays', () => {
  const head = 'é'.repeat(8192);
  const tail = `${'t'.repeat(16_380)}end!`;
  const output = `${head}\n\n... [omitted 1000 bytes] ...\n\n${tail}`;
  const truncated = {
    original_bytes: 33_768,
    retained_bytes: byteLength(output),
    omitted_bytes: 1000,
    strategy: 'head_tail' as const,
  };
  const shown = shownOutput({ output, truncated, running: false, exit_code: 0 });
  expect(byteLength(shown.output)).toBeLessThanOrEqual(32_768);
  expect(shown.output.endsWith(tail)).toBe(true);
  expect(shown.output).not.toContain('\uFFFD');
  const omitted = shown.truncated?.omitted_bytes ?? 0;
  expect(shown.output).toContain(`[omitted ${omitted} bytes]`);
  const kept = shown.output.indexOf('\n\n... [omitted');
  expect(byteLength(shown.output.slice(0, kept)) + omitted).toBe(byteLength(head) + 1000);
});

test('an agent without limits is cut on a whole character', () => {
  const { output } = shownOutput({ output: `x${'é'.repeat(20_000)}`, running: false, exit_code: 0 });
  expect(byteLength(output)).toBe(32_767);
  expect(output.endsWith('é')).toBe(true);
});
