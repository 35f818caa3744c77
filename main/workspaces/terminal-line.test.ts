import type { TerminalInput, TerminalSize } from '@shared/agent-protocol/terminals.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineBusy, TerminalLine } from './terminal-line.ts';

/** The other end, which answers when the test says so. */
function heldEnd() {
  const inputs: TerminalInput[] = [];
  const sizes: TerminalSize[] = [];
  const held: ((error: Error | null) => void)[] = [];
  const hold = () =>
    new Promise<void>((resolve, reject) => {
      held.push((error) => (error ? reject(error) : resolve()));
    });
  return {
    inputs,
    sizes,
    texts: () => inputs.map(({ bytes }) => Buffer.from(bytes).toString()),
    /** Answers the oldest request. */
    answer: (error: Error | null = null) => held.shift()?.(error),
    write: (input: TerminalInput) => {
      inputs.push(input);
      return hold();
    },
    resize: (size: TerminalSize) => {
      sizes.push(size);
      return hold();
    },
  };
}
const bytes = (text: string) => Buffer.from(text);
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test('a key goes out at once, and what is typed meanwhile goes out together after it', async () => {
  const end = heldEnd();
  const line = new TerminalLine(end, 'me');
  const typed = ['a', 'b', 'c'].map((key) => line.type(bytes(key)));
  expect(end.texts()).toEqual(['a']);
  end.answer();
  await turn();
  expect(end.texts()).toEqual(['a', 'bc']);
  end.answer();
  await Promise.all(typed);
  expect(end.inputs.map(({ writer, sequence }) => [writer, sequence])).toEqual([
    ['me', 1],
    ['me', 2],
  ]);
});

test('whatever is typed arrives whole and in order, in requests that the agent takes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(200_000), { maxLength: 6 }), async (lengths) => {
      const typed = lengths.map((length, at) => Buffer.alloc(length, `piece ${at} of all that is typed `));
      const got: Uint8Array[] = [];
      const write = async (input: TerminalInput) => {
        expect(input.sequence).toBe(got.length + 1);
        expect(input.bytes.length).toBeLessThanOrEqual(64 * 1024);
        got.push(input.bytes);
      };
      const line = new TerminalLine({ write, resize: () => Promise.resolve() }, 'me');
      await Promise.all(typed.map((piece) => line.type(piece)));
      expect(Buffer.concat(got).equals(Buffer.concat(typed))).toBe(true);
    }),
  );
});

test('what could not be sent takes along what was typed after it, and the next key is tried anew', async () => {
  const end = heldEnd();
  const line = new TerminalLine(end, 'me');
  const lost = ['rm ', '-r ', 'x'].map((text) =>
    line.type(bytes(text)).catch((error: Error) => error.message),
  );
  end.answer(new Error('no way'));
  expect(await Promise.all(lost)).toEqual(['no way', 'no way', 'no way']);
  const next = line.type(bytes('ls'));
  await turn();
  end.answer();
  await next;
  expect(end.texts()).toEqual(['rm ', 'ls']);
  expect(end.inputs.map(({ sequence }) => sequence)).toEqual([1, 2]);
});

test('more than four megabytes that wait are refused', async () => {
  const end = heldEnd();
  const line = new TerminalLine(end, 'me');
  const first = line.type(Buffer.alloc(4 * 1024 * 1024)).catch(() => 'left');
  await expect(line.type(Buffer.alloc(100_000))).rejects.toBeInstanceOf(LineBusy);
  end.answer(new Error('over'));
  expect(await first).toBe('left');
});

test('of many sizes the last one is sent', async () => {
  const end = heldEnd();
  const line = new TerminalLine(end, 'me');
  const done = [80, 81, 82, 83].map((cols) => line.resize({ cols, rows: 24 }));
  end.answer();
  await turn();
  end.answer();
  await Promise.all(done);
  expect(end.sizes.map(({ cols }) => cols)).toEqual([80, 83]);
});
