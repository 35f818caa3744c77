import type { AgentAddress, ServeFailure } from '@shared/agent-protocol/index.ts';
import { LinkFault } from './fault.ts';
import type { Report } from './host-report.ts';

/** Where the agent listens that was taken at its word; null: it has no word that we understand. */
export function parseAddress(text: string): AgentAddress | null {
  const value = parse(text);
  return isAddress(value) ? value : null;
}

/** What `serve` answered. Throws LinkFault when the agent does not run. */
export function readServed(report: Report, host: string): AgentAddress {
  const line = report.get('serve') ?? '';
  const answer = parse(line);
  if (isAddress(answer) && report.get('serve_exit') === '0') return answer;
  const { error: said = '', code } = isFailure(answer) ? answer : {};
  throw new LinkFault(
    code === 'disk-full' || code === 'timeout' ? 'not-now' : 'agent',
    `The workspace agent does not start on ${host}${said === '' ? '.' : `: ${said}`}`,
    [line, report.get('stderr') ?? ''].join('\n').trim() || null,
    `Look there at the newest file in ${report.get('base') ?? ''}/log, then connect again.`,
  );
}

function isFailure(value: unknown): value is ServeFailure {
  return typeof value === 'object' && value !== null && 'error' in value && typeof value.error === 'string';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isAddress(value: unknown): value is AgentAddress {
  if (typeof value !== 'object' || value === null) return false;
  const parts = value as Partial<Record<keyof AgentAddress, unknown>>;
  return (
    typeof parts.socket === 'string' &&
    typeof parts.token === 'string' &&
    typeof parts.version === 'string' &&
    typeof parts.journal === 'string' &&
    typeof parts.pid === 'number'
  );
}
