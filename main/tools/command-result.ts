import type { ProcessOutput } from '@shared/agent-protocol/index.ts';
import { byteLength, cutHead } from './cut.ts';

const OUTPUT_CAP_BYTES = 32 * 1024;

/** What execute and process_output answer. */
export interface CommandResult {
  readonly success: boolean;
  readonly output: string;
  readonly exit_code?: number;
  readonly wall_duration_ms?: number;
  readonly error?: string;
  /** The person stopped it. */
  readonly stopped?: true;
  readonly truncated?: NonNullable<ProcessOutput['truncated']>;
  readonly note?: string;
  readonly background_process_id?: string;
}

type Shown = Pick<CommandResult, 'output' | 'truncated'>;

/** The agent's head/tail text, at most 32 KiB. The end is what matters, so the head gives way. */
export function shownOutput({ output, truncated }: ProcessOutput): Shown {
  if (byteLength(output) <= OUTPUT_CAP_BYTES) return { output, ...(truncated ? { truncated } : {}) };
  const marker = truncated ? `\n\n... [omitted ${truncated.omitted_bytes} bytes] ...\n\n` : null;
  const at = marker ? output.indexOf(marker) : -1;
  if (!truncated || !marker || at < 0) return { output: cutHead(output, OUTPUT_CAP_BYTES) };
  const tail = output.slice(at + marker.length);
  const room = OUTPUT_CAP_BYTES - byteLength(tail) - byteLength(marker) - 16;
  const head = cutHead(output.slice(0, at), room);
  const omitted = truncated.omitted_bytes + byteLength(output.slice(0, at)) - byteLength(head);
  const shown = `${head}\n\n... [omitted ${omitted} bytes] ...\n\n${tail}`;
  return {
    output: shown,
    truncated: { ...truncated, omitted_bytes: omitted, retained_bytes: byteLength(shown) },
  };
}
