import type { ReadLinesResponse } from '@shared/agent-protocol/index.ts';
import { cutBytes } from '../base/cut-bytes.ts';
import { limits } from '../base/limits.ts';
import { Refusal } from '../base/refusal.ts';
import { plainFileSize } from './open-plain.ts';
import { type FileRules, resolvePath } from './paths.ts';
import { readBytes } from './read-file.ts';

export interface LinesQuery {
  readonly path: string;
  readonly offset: number;
  /** 0: the most that is allowed. */
  readonly limit: number;
  readonly maxFileSize: number;
  readonly maxLineBytes: number;
  readonly maxResponseLines: number;
  readonly maxResponseBytes: number;
}

const nothing = { file_size: 0, total_lines: 0, lines_read: 0, content: '' };

/** Refusals are answers here: the text is for the model, which can ask for less. */
export async function readLines(query: LinesQuery, rules: FileRules): Promise<ReadLinesResponse> {
  try {
    const resolved = await resolvePath(query.path, rules);
    const size = await plainFileSize(resolved);
    if (size > query.maxFileSize) return tooBig(size, query.maxFileSize);
    // What it says of its size and what it has may differ.
    const bytes = await readBytes(resolved, { offset: 0, limit: query.maxFileSize + 1 }, rules);
    if (bytes.length > query.maxFileSize) return tooBig(bytes.length, query.maxFileSize);
    if (bytes.includes(0)) {
      const error = `${query.path} is a binary file (${bytes.length} bytes); it has no lines to read`;
      return { success: false, ...nothing, file_size: bytes.length, error };
    }
    return numberedLines(bytes, query);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { success: false, ...nothing, error: error.message };
  }
}

function tooBig(size: number, most: number): ReadLinesResponse {
  const error = `the file has ${size} bytes and the limit is ${most}; use execute with head, tail, sed or grep to read parts of it`;
  return { success: false, ...nothing, file_size: size, error };
}

export function numberedLines(bytes: Buffer, query: LinesQuery): ReadLinesResponse {
  const lines = linesOf(bytes.toString('utf8'));
  const base = { file_size: bytes.length, total_lines: lines.length };
  const fail = (error: string) => ({ success: false, ...base, lines_read: 0, content: '', error });
  const first = Math.max(1, query.offset);
  if (first > Math.max(1, lines.length)) {
    return fail(`offset ${first} is beyond the file length of ${lines.length} lines`);
  }
  // Without a limit of its own a request gets as many lines as an answer may have.
  const wanted = query.limit > 0 ? query.limit : limits.readLinesCount;
  const chosen = lines.slice(first - 1, first - 1 + wanted);
  if (chosen.length > query.maxResponseLines) {
    return fail(
      `the answer would have ${chosen.length} lines and the limit is ${query.maxResponseLines}; use offset and limit to read smaller ranges`,
    );
  }
  const entries = chosen.map((line, at) => `${first + at}\t${cutLine(line, query.maxLineBytes)}`);
  const content = entries.join('\n');
  if (Buffer.byteLength(content) > query.maxResponseBytes) {
    return fail(
      `the answer would have more than ${query.maxResponseBytes} bytes; use offset and limit to read smaller ranges`,
    );
  }
  return { success: true, ...base, lines_read: entries.length, content };
}

const CUT = ' ... [truncated]';

/** The marker comes after the allowed bytes. */
function cutLine(line: string, bytes: number): string {
  return cutBytes(line, bytes, '') === line ? line : cutBytes(line, bytes, '') + CUT;
}

function linesOf(text: string): readonly string[] {
  if (text === '') return [];
  const lines = text.split('\n');
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}
