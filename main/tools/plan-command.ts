import { err, ok, type Result } from '@shared/util/result.ts';
import { parseDuration } from './duration.ts';

const DEFAULT_TIMEOUT = '10s';
const MAX_TIMEOUT_MS = 4 * 3_600_000;

export interface CommandInput {
  readonly command: string;
  readonly timeout?: string | null | undefined;
  readonly run_in_background?: boolean | null | undefined;
}

export interface CommandPlan {
  readonly command: string;
  readonly background: boolean;
  readonly timeoutMs: number;
}

/** What an `execute` call asks for. The error is a sentence for the model. */
export function planCommand(input: CommandInput): Result<CommandPlan, string> {
  const detached = input.run_in_background == null ? withoutAmpersand(input.command) : null;
  const command = detached ?? input.command;
  if (command.trim() === '') return err('command is required');
  if (command.includes('\0')) return err('command contains a NUL byte');
  const timeoutMs = parseDuration(input.timeout ?? DEFAULT_TIMEOUT);
  if (timeoutMs === null || timeoutMs <= 0) {
    return err(`invalid timeout "${input.timeout ?? ''}": give a positive duration such as "30s" or "5m"`);
  }
  return ok({
    command,
    background: detached !== null || input.run_in_background === true,
    timeoutMs: Math.min(timeoutMs, MAX_TIMEOUT_MS),
  });
}

/** The command without its one trailing `&`, or null when it does not end in one. */
export function withoutAmpersand(command: string): string | null {
  const match = /^([\s\S]*[^&|<>\\]|)&$/.exec(command.trim());
  return match ? (match[1] ?? '').trim() : null;
}

/** Commands that print files: read_file does it better, with numbers and ranges. */
export function isFileDump(command: string): boolean {
  const trimmed = command.trim();
  return (
    /^cat\s+/.test(trimmed) ||
    /^(rg|grep)\s+.*--include-all/.test(trimmed) ||
    /^(rg|grep)\s+-l\s+/.test(trimmed)
  );
}
