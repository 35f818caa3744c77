import type { DemoStep } from './turn.ts';

/** What a tool answered, read back from the prompt. */
export interface ToolOutput {
  /** In the tool's own words; null when it worked. */
  readonly error: string | null;
  readonly text: string;
  /** A part of the text was left out by the tool. */
  readonly truncated: boolean;
  readonly lines: number | null;
  readonly exitCode: number | null;
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : { output: text };
  } catch {
    return { output: text };
  }
}

export function toolOutput(step: DemoStep): ToolOutput {
  const fields = step.result ? parsed(step.result.output) : { error: 'there was no answer' };
  const string = (name: string) => (typeof fields[name] === 'string' ? fields[name] : null);
  const number = (name: string) => (typeof fields[name] === 'number' ? fields[name] : null);
  const failed = step.result?.isError === true;
  // A command that ends with a code has done its work, whatever the code is.
  const exitCode = number('exit_code');
  const error = string('error');
  return {
    error:
      error !== null && exitCode === null
        ? error
        : failed
          ? (error ?? string('output') ?? 'it failed')
          : null,
    text: string('content') ?? string('output') ?? '',
    truncated: fields['truncated'] != null && fields['truncated'] !== false,
    lines: number('total_lines'),
    exitCode,
  };
}

/** Another tool's or a person's words as a sentence that something may follow. */
export function ended(words: string): string {
  const trimmed = words.trimEnd();
  return /[.!?…][)"”’']?$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

/** The rows of read_file are `N<TAB>line`. */
export function withoutLineNumbers(text: string): string[] {
  return text.split('\n').map((line) => line.replace(/^\d+\t/, ''));
}
