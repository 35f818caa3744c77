import type { Chance } from '../random.ts';

/** One tool call of a chat. `mark` is unique: it is what the call leaves on the host, once. */
export type Call =
  /** Prints its lines one after the other. In the background it goes on while the chat does other things. */
  | {
      readonly tool: 'execute';
      readonly mark: string;
      readonly lines: number;
      readonly everyMs: number;
      readonly background: boolean;
    }
  /** Waits for the end of the background command with this mark. */
  | { readonly tool: 'process_output'; readonly mark: string; readonly lines: number }
  /** A command that adds a line to a file: a write that comes twice takes it away again. */
  | { readonly tool: 'append'; readonly mark: string; readonly path: string }
  | { readonly tool: 'write_file' | 'edit_files'; readonly mark: string; readonly path: string }
  | { readonly tool: 'read_file'; readonly mark: string; readonly path: string }
  /** A command that runs behind everything else, for as long as the host is there. */
  | { readonly tool: 'tick'; readonly mark: string; readonly command: string };

export interface Script {
  /** In the person's message: it names the script. */
  readonly token: string;
  readonly calls: readonly Call[];
}

/** A command of more lines takes its time. */
const LONG_LINES = 12;
/** Every command says here that it began. */
export const LOG_FILE = 'commands.log';
/** The line before which an edit puts its own. */
const END = 'the end\n';

export function messageText({ token }: Script): string {
  return `[${token}] Please do your part.`;
}

export function tokenIn(text: string): string | null {
  return /^\[([\w-]+)\]/.exec(text)?.[1] ?? null;
}

export function makeScript(token: string, chance: Chance): Script {
  let nth = 0;
  const mark = () => `${token}-${++nth}`;
  const path = `${token}.txt`;
  const command = (background = false, lines = chance.between(1, 12)): Call & { tool: 'execute' } => ({
    tool: 'execute',
    mark: mark(),
    lines,
    everyMs: lines > LONG_LINES ? 100 : chance.pick([0, 20, 100]),
    background,
  });
  const file = (tool: 'write_file' | 'edit_files' | 'append' | 'read_file'): Call => ({
    tool,
    mark: mark(),
    path,
  });
  const behind = chance.hit(0.5) ? [command(true)] : [];
  return {
    token,
    calls: [
      file('write_file'),
      file('append'),
      ...behind,
      command(false, chance.between(LONG_LINES + 1, LONG_LINES + 6)),
      file('edit_files'),
      ...(chance.hit(0.5) ? [file('append'), file('edit_files')] : []),
      file('read_file'),
      command(),
      ...behind.map(({ mark: of, lines }) => ({ tool: 'process_output' as const, mark: of, lines })),
    ],
  };
}

/** The command that takes long enough for something to happen to it. */
export function longMarks({ calls }: Script): string[] {
  return calls.flatMap((call) => (call.tool === 'execute' && call.lines > LONG_LINES ? [call.mark] : []));
}

/** The name and the arguments as the model sends them. `ids`: of the background commands, by mark. */
export function asked(call: Call, ids: ReadonlyMap<string, string>): { name: string; args: unknown } {
  switch (call.tool) {
    case 'execute': {
      const args = { command: commandOf(call), timeout: '10m' };
      return { name: 'execute', args: call.background ? { ...args, run_in_background: true } : args };
    }
    case 'tick':
      return { name: 'execute', args: { command: call.command, run_in_background: true } };
    case 'append':
      return { name: 'execute', args: { command: commandOf(call), timeout: '10m' } };
    case 'process_output':
      return {
        name: 'process_output',
        args: { process_id: ids.get(call.mark) ?? 'none', wait_timeout: '10m' },
      };
    case 'write_file':
      return { name: 'write_file', args: { path: call.path, content: applied(call, null) } };
    case 'edit_files':
      return {
        name: 'edit_files',
        args: { files: [{ path: call.path, edits: [{ search: END, replace: `${call.mark}\n${END}` }] }] },
      };
    case 'read_file':
      return { name: 'read_file', args: { path: call.path } };
  }
}

function commandOf(call: Call & { tool: 'execute' | 'append' }): string {
  const begins = `echo ${call.mark} >> ${LOG_FILE}`;
  if (call.tool === 'append') return `${begins} && echo ${call.mark} >> ${call.path}`;
  const rest = call.everyMs === 0 ? '' : ` sleep ${call.everyMs / 1000};`;
  return `${begins}; i=0; while [ $i -lt ${call.lines} ]; do i=$((i+1)); echo ${call.mark}.$i;${rest} done`;
}

export function printed({ mark, lines }: { readonly mark: string; readonly lines: number }): string {
  return Array.from({ length: lines }, (_, n) => `${mark}.${n + 1}\n`).join('');
}

/** What the file holds after a call that worked; `text` null: it was not there. */
export function applied(call: Call, text: string | null): string | null {
  switch (call.tool) {
    case 'write_file':
      return `${call.mark}\n${END}`;
    case 'append':
      return `${text ?? ''}${call.mark}\n`;
    case 'edit_files':
      return text === null ? null : text.replace(END, `${call.mark}\n${END}`);
    case 'execute':
    case 'process_output':
    case 'read_file':
    case 'tick':
      return text;
  }
}
