import type { ProcessOutput } from '@shared/agent-protocol/index.ts';
import { cutBytes, firstCharacterStart, wholeCharactersEnd } from '../base/cut-bytes.ts';
import { limits } from '../base/limits.ts';

/** What is left of `total` bytes: the first `limits.headTail` and the last as many, less where they would overlap. */
export interface HeadTailBytes {
  readonly head: Buffer;
  readonly tail: Buffer;
  readonly total: number;
}

export interface HeadTail {
  readonly output: string;
  readonly truncated?: NonNullable<ProcessOutput['truncated']>;
}

const SUFFIX = ' ... [truncated]';

/** Pure: CHATD 9.11. No `truncated` when nothing was left out, even if single lines were shortened. */
export function headTailText({ head, tail, total }: HeadTailBytes): HeadTail {
  if (head.length + tail.length >= total) {
    return { output: shortenLines(Buffer.concat([head, tail]).toString('utf8')) };
  }
  const start = head.subarray(0, wholeCharactersEnd(head));
  const end = tail.subarray(firstCharacterStart(tail));
  const omitted = total - start.length - end.length;
  const output = [
    shortenLines(start.toString('utf8')),
    `... [omitted ${omitted} bytes] ...`,
    shortenLines(end.toString('utf8')),
  ].join('\n\n');
  return {
    output,
    truncated: {
      original_bytes: total,
      retained_bytes: Buffer.byteLength(output),
      omitted_bytes: omitted,
      strategy: 'head_tail',
    },
  };
}

function shortenLines(text: string): string {
  // Characters are at most 3 bytes per UTF-16 unit: short texts need no look at their lines.
  if (text.length * 3 <= limits.outputLine) return text;
  return text
    .split('\n')
    .map((line) => cutBytes(line, limits.outputLine, SUFFIX))
    .join('\n');
}
