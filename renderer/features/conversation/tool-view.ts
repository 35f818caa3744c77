import type { ToolCallState } from '@shared/model/chat.ts';
import type { ToolResultPart } from '@shared/model/part.ts';
import { countRows, type DiffRow, diffRows, foldSame, patchRows } from '../../lib/diff-rows.ts';
import { firstLine, plural } from '../../lib/format.ts';
import { number, record, text } from './json.ts';
import { isPlaceTool, placeToolObject } from './place-tool.ts';

export type ToolKind = 'run' | 'edit' | 'read' | 'process' | 'place' | 'other';
export type ToolPhase =
  | 'writing'
  | 'gated'
  | 'queued'
  | 'running'
  | 'done'
  | 'failed'
  | 'denied'
  | 'not-run'
  | 'stopped'
  | 'unknown';

/** What a tool row says before it is opened. */
export interface ToolView {
  readonly kind: ToolKind;
  readonly phase: ToolPhase;
  readonly verb: string;
  readonly object: string;
  /** Exit code of a command, null when there is none (yet). */
  readonly exitCode: number | null;
  /** It was left running: no exit code is its own. */
  readonly background: boolean;
  readonly diff: { readonly added: number; readonly removed: number } | null;
  readonly lines: number | null;
  readonly durationMs: number | null;
}

export interface ToolFacts {
  readonly tool: string;
  readonly args: unknown;
  readonly result: ToolResultPart | null;
  /** What a call that runs has told so far. */
  readonly log: string;
  readonly ledger: ToolCallState | null;
  /** The model is still writing the call. */
  readonly writing: boolean;
  /** The chat works: a call without a result may still get one. */
  readonly busy: boolean;
}

export function toolView(facts: ToolFacts): ToolView {
  const phase = phaseOf(facts);
  const result = record(facts.result?.result);
  const durationMs = facts.result?.duration_ms ?? number(result['wall_duration_ms']);
  const [kind, verb, object] = say(facts, phase);
  const background = kind === 'run' && phase !== 'stopped' && text(result['background_process_id']) !== '';
  const exits = (kind === 'run' || kind === 'process') && !background;
  return {
    kind,
    phase,
    verb,
    object,
    exitCode: exits ? number(result['exit_code']) : null,
    background,
    diff:
      kind === 'edit' && !NOTHING_DONE.has(phase)
        ? countRows(editDiffs(facts).flatMap((d) => d.rows))
        : null,
    lines: kind === 'read' ? number(result['lines_read']) : null,
    durationMs,
  };
}

const NOTHING_DONE = new Set<ToolPhase>(['failed', 'denied', 'not-run', 'stopped']);

function phaseOf({ result, ledger, writing, busy }: ToolFacts): ToolPhase {
  if (result) {
    if (ledger?.state === 'denied' || record(result.result)['denied'] === true) return 'denied';
    const body = record(result.result);
    if (body['outcome'] === 'unknown' || ledger?.state === 'unknown') return 'unknown';
    if (ledger?.state === 'cancelled' || body['stopped'] === true) return 'stopped';
    // A tool that ran answers with an object; a bare sentence was put in its place: denied, or cancelled.
    if (result.is_error && typeof result.result === 'string' && !result.duration_ms) return 'not-run';
    return result.is_error || body['success'] === false || body['ok'] === false ? 'failed' : 'done';
  }
  if (writing) return 'writing';
  switch (ledger?.state) {
    case 'gated':
      return 'gated';
    case 'cleared':
      return 'queued';
    case 'dispatched':
      return 'running';
    case 'denied':
      return 'denied';
    case 'unknown':
      return 'unknown';
    case 'cancelled':
      return 'stopped';
    case 'done':
      return 'running';
    case undefined:
      return busy ? 'queued' : 'stopped';
  }
}

/** Verbs by phase: while it happens, and after. */
const VERBS: Readonly<Record<string, readonly [ToolKind, string, string, string]>> = {
  execute: ['run', 'Running', 'Ran', 'Run'],
  read_file: ['read', 'Reading', 'Read', 'Read'],
  write_file: ['edit', 'Writing', 'Wrote', 'Write'],
  edit_files: ['edit', 'Editing', 'Edited', 'Edit'],
  process_output: ['process', 'Reading output of', 'Read output of', 'Read output of'],
  process_list: ['process', 'Listing', 'Listed', 'List'],
  process_signal: ['process', 'Stopping', 'Stopped', 'Stop'],
  list_agents: ['other', 'Listing', 'Listed', 'List'],
  search_history: ['other', 'Searching', 'Searched', 'Search'],
  list_templates: ['other', 'Listing', 'Listed', 'List'],
  read_template: ['other', 'Reading', 'Read', 'Read'],
  create_workspace: ['place', 'Making', 'Made', 'Make'],
  start_workspace: ['place', 'Starting', 'Started', 'Start'],
  stop_workspace: ['place', 'Stopping', 'Stopped', 'Stop'],
};

function say(facts: ToolFacts, phase: ToolPhase): readonly [ToolKind, string, string] {
  const known = VERBS[facts.tool];
  const object = isPlaceTool(facts.tool) ? placeToolObject(facts) : objectOf(facts);
  if (!known) return ['other', phase === 'running' ? 'Using' : 'Used', `${facts.tool} ${object}`.trim()];
  const [kind, now, after, plain] = known;
  // Nothing was made: it had one.
  if (facts.tool === 'create_workspace' && record(facts.result?.result)['created'] === false)
    return [kind, 'Found', object];
  if (phase === 'done' || phase === 'failed' || phase === 'unknown') return [kind, after, object];
  return [kind, phase === 'running' || phase === 'writing' ? now : plain, object];
}

function objectOf({ tool, args }: ToolFacts): string {
  const a = record(args);
  if (tool === 'execute') return firstLine(text(a['command'])) || 'a command';
  if (tool === 'process_list') return 'processes';
  if (tool === 'list_agents') return 'agents';
  if (tool === 'search_history') return `history for ${firstLine(text(a['query']))}`;
  if (tool.startsWith('process_')) return `process ${text(a['process_id'])}`.trim();
  if (tool === 'edit_files') return filesWords(editedPaths(args));
  const path = text(a['path']);
  if (tool === 'read_file') return `${path}${rangeOf(a)}`;
  return path || firstLine(Object.keys(a).length > 0 ? JSON.stringify(a) : '');
}

/** "" for all of it, ":20" from there on, ":20–40". */
function rangeOf(args: ReturnType<typeof record>): string {
  const from = number(args['offset']) ?? 1;
  const count = number(args['limit']);
  if (count !== null) return `:${from}–${from + count - 1}`;
  return from > 1 ? `:${from}` : '';
}

function editedPaths(args: unknown): readonly string[] {
  const files = record(args)['files'];
  return Array.isArray(files) ? files.map((f) => text(record(f)['path'])).filter((p) => p !== '') : [];
}

function filesWords(paths: readonly string[]): string {
  return paths.length === 1 ? (paths[0] ?? '') : plural(paths.length, 'file');
}

export interface FileDiff {
  readonly path: string;
  readonly rows: readonly DiffRow[];
}

/** What an edit does, from the tool's own diff where there is one, else from its arguments. */
export function editDiffs({
  tool,
  args,
  result,
}: Pick<ToolFacts, 'tool' | 'args' | 'result'>): readonly FileDiff[] {
  const own = record(result?.result)['files'];
  if (Array.isArray(own)) {
    const diffs = own.flatMap((f) => {
      const patch = record(f)['diff'];
      return typeof patch === 'string' ? [{ path: text(record(f)['path']), rows: patchRows(patch) }] : [];
    });
    if (diffs.length > 0) return diffs;
  }
  const a = record(args);
  if (tool === 'write_file') return [{ path: text(a['path']), rows: diffRows('', text(a['content']), 1) }];
  const files = a['files'];
  if (!Array.isArray(files)) return [];
  return files.map((f) => ({ path: text(record(f)['path']), rows: searchRows(record(f)['edits']) }));
}

function searchRows(edits: unknown): readonly DiffRow[] {
  if (!Array.isArray(edits)) return [];
  return edits.flatMap((e) => foldSame(diffRows(text(record(e)['search']), text(record(e)['replace']))));
}

/** The words of a failed call. */
export function failureText(result: ToolResultPart | null): string {
  if (!result) return '';
  if (typeof result.result === 'string') return result.result;
  const body = record(result.result);
  // Where there is a sentence beside it, `error` is a code for the model.
  const said = text(body['message']) || text(body['error']);
  return said || JSON.stringify(result.result, null, 2);
}

/** Phases that stand open until the person closes them. */
export function opensByItself(view: ToolView): boolean {
  if (view.phase === 'running') return view.kind === 'run' || view.kind === 'place';
  if (view.phase === 'failed' || view.phase === 'denied' || view.phase === 'not-run') return true;
  // A command that was stopped has said something until then.
  if (view.phase === 'stopped') return view.exitCode !== null;
  return view.kind === 'edit' && (view.phase === 'done' || view.phase === 'gated');
}
