import type { Chance } from '../random.ts';

/** One tool call of a script. `mark` is unique: it is what the call leaves in the world, once. */
export type Call =
  | {
      readonly tool: 'execute';
      readonly mark: string;
      readonly seconds: number;
      readonly background: boolean;
    }
  | { readonly tool: 'write_file'; readonly mark: string; readonly path: string }
  | { readonly tool: 'edit_files'; readonly mark: string; readonly path: string }
  | { readonly tool: 'read_file'; readonly mark: string; readonly path: string };

export interface Step {
  readonly text: string;
  readonly reasoning: string | null;
  readonly calls: readonly Call[];
}

/** What the model answers to one message: a function of the message alone, so a repeated call says the same. */
export interface Script {
  readonly token: string;
  readonly pace: Pace;
  readonly steps: readonly Step[];
}

export type Pace = 'quick' | 'steady' | 'slow';

export const SEED_FILE = 'seed.txt';
export const SEED_TEXT = 'a file that was there before\n';
export const EFFECTS_FILE = 'effects.log';
/** The line before which every edit puts its own. */
const END = 'the end\n';

/** The person's words. The token in brackets names the script. */
export function messageText(token: string): string {
  return `[${token}] Please do your part and tell me about it.`;
}

export function tokensIn(text: string): string[] {
  return [...text.matchAll(/\[(m\d+)\]/g)].map((match) => match[1] ?? '');
}

export function makeScript(token: string, chance: Chance): Script {
  const pace = chance.pick(['quick', 'steady', 'steady', 'slow'] as const);
  const calls = chance.pick(PLANS)(token, chance);
  const steps = calls.map((some, index): Step => step(token, index, some, chance));
  return { token, pace, steps: [...steps, step(token, steps.length, [], chance)] };
}

function step(token: string, index: number, calls: readonly Call[], chance: Chance): Step {
  const words = (name: string, count: number) =>
    Array.from({ length: count }, (_, n) => `${name}${n}.${token}.${index}`).join(' ');
  // A step with calls may say nothing besides them.
  const silent = calls.length > 0 && chance.hit(0.3);
  return {
    text: silent ? '' : words('w', chance.between(4, calls.length > 0 ? 12 : 40)),
    reasoning: chance.hit(0.3) ? words('r', chance.between(3, 12)) : null,
    calls,
  };
}

type Plan = (token: string, chance: Chance) => Call[][];

const run = (mark: string, seconds = 0, background = false): Call => ({
  tool: 'execute',
  mark,
  seconds,
  background,
});
const fileOf = (token: string) => `files/${token}.txt`;

const PLANS: readonly Plan[] = [
  () => [],
  (t, c) => [[run(`${t}-a`, c.pick([0.8, 1.3, 1.8]))]],
  (t, c) => [
    [{ tool: 'write_file', mark: `${t}-a`, path: fileOf(t) }],
    [
      { tool: 'edit_files', mark: `${t}-b`, path: fileOf(t) },
      run(`${t}-c`, c.pick([0, 0.3])),
      { tool: 'edit_files', mark: `${t}-d`, path: fileOf(t) },
    ],
  ],
  (t, c) => [
    [
      { tool: 'read_file', mark: `${t}-a`, path: SEED_FILE },
      run(`${t}-b`, c.pick([0, 0.5])),
      { tool: 'read_file', mark: `${t}-c`, path: SEED_FILE },
      run(`${t}-d`),
    ],
  ],
  (t) => [[run(`${t}-a`)], [run(`${t}-b`)], [run(`${t}-c`)]],
  (t) => [[run(`${t}-a`, 1, true), { tool: 'read_file', mark: `${t}-b`, path: SEED_FILE }]],
];

/** As the model sends it. */
export function argumentsOf(call: Call): unknown {
  switch (call.tool) {
    case 'execute':
      return {
        command: commandOf(call),
        timeout: '60s',
        ...(call.background ? { run_in_background: true } : {}),
      };
    case 'write_file':
      return { path: call.path, content: writtenText(call) };
    case 'edit_files':
      return { files: [{ path: call.path, edits: [{ search: END, replace: `${call.mark}\n${END}` }] }] };
    case 'read_file':
      return { path: call.path };
  }
}

/** A line when it begins and one when it ends: a second run, or half of one, shows. */
function commandOf({ mark, seconds }: Extract<Call, { tool: 'execute' }>): string {
  const say = (word: string) => `echo ${mark}.${word} >> ${EFFECTS_FILE}`;
  return [say('begin'), ...(seconds > 0 ? [`sleep ${seconds}`] : []), say('end'), `echo did ${mark}`].join(
    ' && ',
  );
}

export function writtenText({ mark }: { readonly mark: string }): string {
  return `${mark}\n${END}`;
}

export function editedText(before: string, { mark }: { readonly mark: string }): string {
  return before.replace(END, `${mark}\n${END}`);
}
