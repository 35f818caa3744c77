import type { ModelRequest, PromptMessage, PromptToolResult } from '../port.ts';

/** One tool call of this turn with its answer; `result` is null when none came. */
export interface DemoStep {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly result: PromptToolResult | null;
}

/** What the demo model looks at: the last thing the person said and what was done about it since. */
export interface DemoTurn {
  readonly said: string;
  readonly steps: readonly DemoStep[];
  readonly tools: ReadonlySet<string>;
  readonly directory: string | null;
}

function textOf(message: PromptMessage | undefined): string {
  if (message?.role !== 'user') return '';
  return message.content
    .flatMap((part) => (part.type === 'text' ? [part.text] : []))
    .join('\n')
    .trim();
}

/** The line of `<system-instructions>` that names the working directory. */
function workingDirectory(messages: readonly PromptMessage[]): string | null {
  for (const message of messages) {
    if (message.role !== 'system') continue;
    const found = /^Working Directory: (.+)$/m.exec(message.text)?.[1]?.trim();
    if (found) return found;
  }
  return null;
}

export function demoTurn(request: ModelRequest): DemoTurn {
  const last = request.messages.findLastIndex((message) => message.role === 'user');
  const since = request.messages.slice(last + 1);
  const results = since.flatMap((message) => (message.role === 'tool' ? message.results : []));
  const steps = since.flatMap((message): DemoStep[] => {
    if (message.role !== 'assistant') return [];
    return message.content.flatMap((part) => {
      if (part.type !== 'tool-call') return [];
      const args = typeof part.args === 'object' && part.args !== null ? part.args : {};
      const result = results.find(({ id }) => id === part.id) ?? null;
      return [{ name: part.name, args: args as Record<string, unknown>, result }];
    });
  });
  return {
    said: textOf(request.messages[last]),
    steps,
    tools: new Set(request.toolChoice === 'none' ? [] : request.tools.map((tool) => tool.name)),
    directory: workingDirectory(request.messages),
  };
}

/** A path as the file tools want it: absolute where the working directory is known. */
export function demoPath(turn: DemoTurn, path: string): string {
  if (turn.directory === null || /^([/\\~]|[A-Za-z]:[/\\])/.test(path)) return path;
  return `${turn.directory.replace(/[/\\]$/, '')}/${path.replace(/^\.\//, '')}`;
}
