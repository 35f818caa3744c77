import fs from 'node:fs';
import path from 'node:path';
import type { ToolResultPart } from '../../shared/model/part.ts';
import { type Call, EFFECTS_FILE, editedText, writtenText } from './script.ts';

/** What the history says about one effect. `may`: it cannot be known, and the history says so. */
export type Claim = 'did' | 'may' | 'did-not';

/** How a result reads. `stopped`: cancelled, interrupted or unknown, which needs a reason of ours. */
export type Reading = 'success' | 'denied' | 'stopped' | 'unknown' | 'failure';

const NEVER_RAN =
  /^tool call was (cancelled|interrupted)|^The tool call was interrupted before|^The call was stopped before it/;

export function readResult(call: Call, part: ToolResultPart): { reading: Reading; claim: Claim } {
  const result = part.result;
  if (typeof result === 'string') {
    return NEVER_RAN.test(result)
      ? { reading: 'stopped', claim: 'did-not' }
      : { reading: part.is_error ? 'failure' : 'success', claim: part.is_error ? 'did-not' : 'did' };
  }
  const fields = (result ?? {}) as Record<string, unknown>;
  if (fields['denied'] === true) return { reading: 'denied', claim: 'did-not' };
  if (fields['outcome'] === 'unknown') return { reading: 'unknown', claim: 'may' };
  if (fields['stopped'] === true) return { reading: 'stopped', claim: 'may' };
  if (part.is_error) return { reading: 'failure', claim: 'may' };
  if (call.tool !== 'execute') return { reading: 'success', claim: 'did' };
  const ran = call.background
    ? fields['success'] === true && typeof fields['background_process_id'] === 'string'
    : fields['success'] === true && fields['output'] === `did ${call.mark}\n`;
  return ran ? { reading: 'success', claim: 'did' } : { reading: 'failure', claim: 'may' };
}

export interface ClaimedCall {
  readonly call: Call;
  readonly claim: Claim;
}

/** The lines of the log, each with how often it is there. */
export function readEffects(directory: string): Map<string, number> {
  const file = path.join(directory, EFFECTS_FILE);
  const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
  const counts = new Map<string, number>();
  for (const line of text.split('\n').filter(Boolean)) counts.set(line, (counts.get(line) ?? 0) + 1);
  return counts;
}

/** No effect twice, whatever the history says; no half of a torn line. */
export function checkNoneTwice(effects: ReadonlyMap<string, number>): string[] {
  return [...effects].flatMap(([line, count]) => {
    if (!/^m\d+-[a-z]\.(begin|end)$/.test(line))
      return [`the effects hold a line that nobody wrote: ${line}`];
    return count > 1 ? [`the effect ${line} happened ${count} times`] : [];
  });
}

export function checkCommand(
  { call, claim }: ClaimedCall,
  effects: ReadonlyMap<string, number>,
  settled: boolean,
): string[] {
  if (call.tool !== 'execute') return [];
  const begun = effects.has(`${call.mark}.begin`);
  const ended = effects.has(`${call.mark}.end`);
  if (claim === 'did-not' && begun)
    return [`the command ${call.mark} ran, and the history says that it did not`];
  const late = call.background && !settled;
  if (claim === 'did' && !late && !(begun && ended)) {
    return [
      `the command ${call.mark} succeeded in the history, its effect is missing (${begun}, ${ended})`,
    ];
  }
  return [];
}

/** The files that one turn wrote, against every content that its claims allow. */
export function checkFiles(directory: string, claimed: readonly ClaimedCall[]): string[] {
  const possible = new Map<string, Set<string | null>>();
  for (const { call, claim } of claimed) {
    if (call.tool !== 'write_file' && call.tool !== 'edit_files') continue;
    const before = possible.get(call.path) ?? new Set<string | null>([null]);
    const after = [...before].map((text) => applied(call, text));
    if (claim === 'did') possible.set(call.path, new Set(after));
    else if (claim === 'may') possible.set(call.path, new Set([...before, ...after]));
    else possible.set(call.path, before);
  }
  return [...possible].flatMap(([name, texts]) => {
    const file = path.join(directory, name);
    const found = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : null;
    if (texts.has(found)) return [];
    return [`${name} holds ${JSON.stringify(found)}, the history allows ${JSON.stringify([...texts])}`];
  });
}

function applied(call: Extract<Call, { path: string }>, text: string | null): string | null {
  if (call.tool === 'write_file') return writtenText(call);
  return text === null ? null : editedText(text, call);
}
