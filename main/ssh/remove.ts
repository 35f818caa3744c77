import type { HostRemoval } from '@shared/model/host.ts';
import type { Report } from './host-report.ts';
import { removeScript } from './remove-script.ts';
import { runScript, type ScriptDeps } from './run-script.ts';

export interface RemoveOptions {
  /** The agent's home on the host; `~/` is the home there. */
  readonly agentHome: string;
  /** Stops processes and terminals that run; else nothing is touched while there is one. */
  readonly force: boolean;
}

/** Stops our agents on a host, all versions, and removes their home and nothing else. Throws LinkFault. */
export async function removeFromHost(
  deps: ScriptDeps,
  { agentHome, force }: RemoveOptions,
  signal: AbortSignal,
): Promise<HostRemoval> {
  const report = await runScript(deps, (marker) => removeScript({ agentHome, force, marker }), signal);
  const path = report.get('base') ?? agentHome;
  switch (report.get('state')) {
    case 'absent':
      return { kind: 'absent', path };
    case 'busy':
      return {
        kind: 'busy',
        path,
        processes: listOf(report, 'process').map(runningProcess),
        terminals: Number(report.get('terminals') || 0),
        elsewhere: listOf(report, 'elsewhere'),
      };
    case 'removed':
      return {
        kind: 'removed',
        path,
        freedBytes: report.get('freed') ? Number(report.get('freed')) * 1024 : null,
        stoppedAgents: Number(report.get('agents') || 0),
        stoppedProcesses: Number(report.get('processes') || 0),
        kept: listOf(report, 'kept'),
      };
    case undefined:
    default:
      return { kind: 'refused', path, detail: report.get('stderr') || null, ...reasonOf(report, path) };
  }
}

function listOf(report: Report, name: string): readonly string[] {
  return [...report].flatMap(([key, value]) => (key.startsWith(`${name}.`) ? [value] : []));
}

/** Of a `meta.json` that may be cut. */
function runningProcess(text: string): { command: string; workdir: string; startedAt: string | null } {
  try {
    const meta = JSON.parse(text) as { command?: unknown; workdir?: unknown; startedAt?: unknown };
    return {
      command: textOf(meta.command),
      workdir: textOf(meta.workdir),
      startedAt: typeof meta.startedAt === 'number' ? new Date(meta.startedAt).toISOString() : null,
    };
  } catch {
    return { command: 'a long command', workdir: '', startedAt: null };
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function reasonOf(report: Report, path: string): { readonly message: string; readonly fix: string } {
  const byHand = `Look at ${path} there, and remove it by hand.`;
  switch (report.get('why')) {
    case 'link':
      return { message: `${path} is a link to somewhere else, which is left alone.`, fix: byHand };
    case 'file':
      return { message: `${path} is no directory.`, fix: byHand };
    case 'path':
      return {
        message: `${path} is no place that Gaffer removes.`,
        fix: 'Choose another home for the agent.',
      };
    case 'foreign':
      return { message: `${path} holds nothing that Gaffer made.`, fix: byHand };
    case 'closed':
      return { message: `${path} cannot be opened.`, fix: byHand };
    case undefined:
    default:
      return { message: `Not all of ${path} could be removed.`, fix: byHand };
  }
}
