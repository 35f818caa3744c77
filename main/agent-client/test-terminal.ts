import { randomUUID } from 'node:crypto';
import type { AgentCall, AgentClient } from './client.ts';

/** A terminal of a test: types lines and reads on until what it waits for is there. */
export interface TestTerminal {
  readonly id: string;
  /** Everything read so far. */
  text(): string;
  type(text: string): Promise<void>;
  /** Resolves with all that was read once it matches. */
  until(wanted: RegExp): Promise<string>;
  /** Reads to its end; answers the exit code. */
  ended(): Promise<number | null>;
}

export function testTerminal(client: AgentClient, id: string, call: AgentCall): TestTerminal {
  const writer = randomUUID();
  let sequence = 0;
  let cursor = 0;
  let bytes = Buffer.alloc(0);
  const text = () => bytes.toString('utf8');
  const readOn = async () => {
    const output = await client.terminalOutput(id, cursor, true, call);
    bytes = Buffer.concat([bytes, Buffer.from(output.data, 'base64')]);
    cursor = output.next;
    return output;
  };
  return {
    id,
    text,
    type: (typed) =>
      client.writeTerminal(id, { writer, sequence: ++sequence, bytes: Buffer.from(typed) }, call),
    async until(wanted) {
      while (!wanted.test(text())) {
        const { state, data } = await readOn();
        if (state !== 'running' && data === '') throw new Error(`it ended without ${wanted}: ${text()}`);
      }
      return text();
    },
    async ended() {
      for (;;) {
        const { state, data, exit_code } = await readOn();
        if (state !== 'running' && data === '') return exit_code;
      }
    },
  };
}
