import fs from 'node:fs';
import path from 'node:path';
import type { Message } from '../../shared/model/message.ts';
import type { ToolResultPart } from '../../shared/model/part.ts';
import { type Excuse, FOLLOWS, isExcused } from './excuse.ts';
import { applied, type Call, LOG_FILE, printed, type Script } from './script.ts';

/** What is known of a call when its chat rests. `may`: it failed, and its effect is there or not. */
interface Told {
  readonly call: Call;
  readonly outcome: 'did' | 'may';
}

export interface Checked {
  readonly did: number;
  /** What the model was told instead of a result. */
  readonly failures: readonly string[];
  readonly wrong: readonly string[];
}

/** A chat at rest against its script and what lies on the host. `excuse`: what the fault of this round excuses. */
export function checkChat(
  script: Script,
  rows: readonly Message[],
  { work, excuse }: { readonly work: string; readonly excuse: Excuse | null },
): Checked {
  const results = rows.flatMap(({ content }) => content.filter((part) => part.type === 'tool-result'));
  const wrong: string[] = [];
  const failures: string[] = [];
  const told = script.calls.map((call, at): Told => {
    const part = results[at];
    const failure = part === undefined ? 'no result' : failureOf(call, part);
    if (failure === null) return { call, outcome: 'did' };
    const follows = failures.length > 0 && FOLLOWS.test(failure);
    failures.push(`${call.mark} ${call.tool}: ${failure}`);
    const { token } = script;
    if (!follows && !(excuse && isExcused(excuse, { token, call, at, failure })))
      wrong.push(`${call.mark} ${call.tool}: ${failure}`);
    return { call, outcome: 'may' };
  });
  if (results.length > script.calls.length) wrong.push(`${script.token}: ${results.length} results`);
  const did = told.filter(({ outcome }) => outcome === 'did').length;
  return { did, failures, wrong: [...wrong, ...checkCommands(told, work), ...checkFiles(told, work)] };
}

/** Null: it worked, and its output is whole. */
function failureOf(call: Call, part: ToolResultPart): string | null {
  const said = typeof part.result === 'string' ? part.result : JSON.stringify(part.result);
  if (part.is_error) return said;
  const fields = (typeof part.result === 'object' ? part.result : null) as Readonly<
    Record<string, unknown>
  > | null;
  switch (call.tool) {
    case 'execute':
      if (call.background) return typeof fields?.['background_process_id'] === 'string' ? null : said;
      return fields?.['exit_code'] === 0 && fields['output'] === printed(call) ? null : said;
    case 'process_output':
      return fields?.['exit_code'] === 0 && fields['output'] === printed(call) ? null : said;
    case 'append':
      return fields?.['exit_code'] === 0 ? null : said;
    case 'read_file':
      return said.includes(call.mark.replace(/-\d+$/, '')) ? null : said;
    case 'write_file':
    case 'edit_files':
    case 'tick':
      return null;
  }
}

/** Each command ran once, or not at all where it failed. */
function checkCommands(told: readonly Told[], work: string): string[] {
  const begun = readOr(path.join(work, LOG_FILE), '').split('\n');
  return told.flatMap(({ call, outcome }) => {
    if (call.tool !== 'execute' && call.tool !== 'append') return [];
    const times = begun.filter((line) => line === call.mark).length;
    const fits = outcome === 'did' ? times === 1 : times <= 1;
    return fits ? [] : [`the command ${call.mark} (${outcome}) ran ${times} times`];
  });
}

/** The file against every content that its calls allow. */
function checkFiles(told: readonly Told[], work: string): string[] {
  const worlds = new Map<string, Set<string | null>>();
  for (const { call, outcome } of told) {
    if (!('path' in call)) continue;
    const before = worlds.get(call.path) ?? new Set([null]);
    const after = [...before].map((text) => applied(call, text));
    // A shell that finds no room has made the file already.
    const made = call.tool === 'append' ? [...before].map((text) => text ?? '') : [];
    worlds.set(call.path, new Set(outcome === 'did' ? after : [...before, ...after, ...made]));
  }
  return [...worlds].flatMap(([name, texts]) => {
    const found = readOr(path.join(work, name), null);
    if (texts.has(found)) return [];
    return [`${name} holds ${JSON.stringify(found)}, which its calls do not make`];
  });
}

function readOr<T>(file: string, otherwise: T): string | T {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : otherwise;
}
