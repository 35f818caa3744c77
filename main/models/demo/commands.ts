import { stripVTControlCharacters } from 'node:util';
import { ended, type ToolOutput, toolOutput, withoutLineNumbers } from './tool-output.ts';
import { type DemoStep, type DemoTurn, demoPath } from './turn.ts';

export interface DemoCall {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** What the demo model says and does next. Without a call it is the final answer. */
export interface DemoAnswer {
  readonly reasoning: string;
  readonly text: string;
  readonly call: DemoCall | null;
}

export const demoEnding = 'Demo model. Add a key in Settings.';

export function final(reasoning: string, text: string): DemoAnswer {
  return { reasoning, text: `${text}\n\n${demoEnding}`, call: null };
}

/** One call and then a report of what it gave; says so when the tool is not offered. */
interface OneCall {
  readonly why: string;
  readonly before: string;
  readonly call: DemoCall;
  report(output: ToolOutput): string;
}

function oneCall(turn: DemoTurn, plan: OneCall): DemoAnswer {
  const done: DemoStep | undefined = turn.steps[0];
  if (!done) {
    if (!turn.tools.has(plan.call.name)) {
      return final(plan.why, `I have no ${plan.call.name} tool here: this chat has no workspace.`);
    }
    return { reasoning: plan.why, text: plan.before, call: plan.call };
  }
  const output = toolOutput(done);
  if (output.error !== null)
    return final('The tool refused, so I say why.', `That did not work: ${ended(output.error)}`);
  return final('I have the result, so I report it.', plan.report(output));
}

/** Prose carries no terminal colours: the tool's own row shows them. */
function fenced({ text: raw, truncated }: Pick<ToolOutput, 'text' | 'truncated'>, keep: number): string {
  const text = stripVTControlCharacters(raw);
  const lines = text.trimEnd().split('\n');
  const shown = lines.slice(-keep);
  const left = lines.length - shown.length;
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((run) => run[0].length));
  const fence = '`'.repeat(longest + 1);
  // How much came before is not known when the tool left something out.
  const note = truncated ? `(the last ${shown.length} lines)\n` : `(${left} lines before)\n`;
  return `${left > 0 ? note : ''}${fence}\n${shown.join('\n')}\n${fence}`;
}

function read(turn: DemoTurn, path: string): DemoAnswer {
  return oneCall(turn, {
    why: `The person wants to see ${path}. I read it with the file tool.`,
    before: `Reading ${path}.`,
    call: { name: 'read_file', args: { path: demoPath(turn, path) } },
    report: (output) => {
      const lines = withoutLineNumbers(output.text);
      const head = lines.slice(0, 12).join('\n');
      const count = output.lines ?? lines.length;
      return `${path} has ${count} ${count === 1 ? 'line' : 'lines'}. It begins so:\n\n${fenced({ text: head, truncated: false }, 12)}`;
    },
  });
}

function list(turn: DemoTurn): DemoAnswer {
  return oneCall(turn, {
    why: 'The person wants to know what is in the folder. I list it.',
    before: 'Listing the folder.',
    call: { name: 'execute', args: { command: 'ls -p' } },
    report: (output) => {
      const names = output.text.split('\n').filter((name) => name.trim() !== '');
      const count = output.truncated ? 'more entries than fit here' : `${names.length} entries`;
      return `The folder has ${count}.\n\n${fenced({ ...output, text: names.join('\n') }, 60)}`;
    },
  });
}

function run(turn: DemoTurn, command: string): DemoAnswer {
  return oneCall(turn, {
    why: 'The person gave me a command. I run it as it is.',
    before: `Running \`${command}\`.`,
    call: { name: 'execute', args: { command, timeout: '10m' } },
    report: (output) => {
      const said =
        output.text.trim() === '' ? 'It printed nothing.' : `Its output:\n\n${fenced(output, 20)}`;
      return `The command ended with exit code ${output.exitCode ?? 'unknown'}. ${said}`;
    },
  });
}

interface Edit {
  readonly path: string;
  readonly search: string;
  readonly replace: string;
}

function edit(turn: DemoTurn, { path, search, replace }: Edit): DemoAnswer {
  return oneCall(turn, {
    why: `The person wants a change in ${path}. I replace the text that was named.`,
    before: `Editing ${path}.`,
    call: {
      name: 'edit_files',
      args: { files: [{ path: demoPath(turn, path), edits: [{ search, replace }] }] },
    },
    report: () => `${path} is changed: \`${search}\` is now \`${replace}\`.`,
  });
}

function ask(): DemoAnswer {
  return final(
    'I should not guess here, so I ask.',
    'Before I go on: which file should I look at first, and may I change it?',
  );
}

const helpText =
  /^\W*(help|commands|usage)\W*$|^\?+$|\bwhat (all )?(can|could) (you|i|we) (do|ask|say|type)\b|\b(what|which) commands\b|\bhow (do|can) i use (you|this)\b/i;

function help(): DemoAnswer {
  return final(
    'The person asks what I can do, so I say it.',
    'I am a program, not a real model, and I know a few commands: `list`, `read <path>`, `run <command>`, ' +
      '`edit <path>: a → b` and `ask`. They use the real tools, and what needs your approval asks for it. ' +
      'At anything else I look around the folder.',
  );
}

/** The answer to something that the demo model understands; null for anything else. */
export function demoCommand(turn: DemoTurn): DemoAnswer | null {
  const { said } = turn;
  const path = /^read\s+(\S.*)$/i.exec(said)?.[1];
  if (path) return read(turn, path.trim());
  if (/^list\b\s*$/i.test(said)) return list(turn);
  const command = /^run\s+(\S[\s\S]*)$/i.exec(said)?.[1];
  if (command) return run(turn, command.trim());
  const change = /^edit\s+(.+?):\s*([\s\S]+?)\s*(?:→|->)\s*([\s\S]*)$/i.exec(said);
  if (change)
    return edit(turn, { path: change[1]?.trim() ?? '', search: change[2] ?? '', replace: change[3] ?? '' });
  if (/^ask\b/i.test(said)) return ask();
  if (helpText.test(said)) return help();
  if (/^fail 429\b/i.test(said))
    return final('The limit is over.', 'The provider refused twice and then answered.');
  return null;
}
