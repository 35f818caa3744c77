import { createHash } from 'node:crypto';
import type { AgentAddress } from '@shared/agent-protocol/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import { bootstrapScript, parseReport } from './bootstrap-script.ts';
import { LinkFault } from './fault.ts';
import { shellQuote } from './quote.ts';
import type { ExecResult, Session } from './session.ts';

export interface BootstrapDeps {
  /** The bundled agent, as it is to lie on the host. */
  readonly agent: Buffer;
  /** Its home on the host; `~/` is the home there. */
  readonly agentHome: string;
  /** How the host is called in messages. */
  readonly host: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface Bootstrapped {
  readonly address: AgentAddress;
  readonly uploaded: boolean;
}

const LOOK_MS = 45_000;
const UPLOAD_MS = 120_000;

/**
 * Makes sure that an agent of our version runs on the host: at most one upload, and a single round trip when all is
 * there. Throws LinkFault: `agent` when the host cannot run it (the message says what is missing), `closed` when the
 * connection ended or stopped answering.
 */
export async function bootstrap(
  session: Session,
  deps: BootstrapDeps,
  signal: AbortSignal,
): Promise<Bootstrapped> {
  const sha256 = createHash('sha256').update(deps.agent).digest('hex');
  const first = await look(session, deps, { sha256, uploaded: '' }, signal);
  if (first.get('start') !== 'upload') return { address: readAddress(first, deps), uploaded: false };
  for (const send of [sendBySftp, sendByCat]) {
    const name = `.agent.${deps.random.uuid()}.part`;
    const path = `${first.get('dir') ?? ''}/${name}`;
    const sent = await within(deps, UPLOAD_MS, signal, (bound) => send(session, path, deps.agent, bound));
    if (sent !== null) {
      deps.log.info('ssh: upload did not work', { host: deps.host, way: send.name, error: sent });
      continue;
    }
    const after = await look(session, deps, { sha256, uploaded: name }, signal);
    if (after.get('start') !== 'bad-upload') return { address: readAddress(after, deps), uploaded: true };
  }
  throw new LinkFault(
    'agent',
    `The workspace agent could not be copied to ${deps.host}: neither SFTP nor a plain copy arrived whole. ` +
      `Free disk there: ${first.get('free') || 'unknown'} KiB.`,
  );
}

type Report = ReadonlyMap<string, string>;

async function look(
  session: Session,
  deps: BootstrapDeps,
  what: { sha256: string; uploaded: string },
  signal: AbortSignal,
): Promise<Report> {
  const marker = `gaffer-${deps.random.uuid()}`;
  const script = bootstrapScript({ ...what, agentHome: deps.agentHome, marker });
  const result = await within(deps, LOOK_MS, signal, (bound) =>
    session.exec('exec /bin/sh', script, bound),
  );
  const report = parseReport(result.stdout, marker);
  if (report === null) {
    throw new LinkFault(
      'agent',
      `${deps.host} did not run our script: its login shell must be able to run "exec /bin/sh".`,
      tail(result),
    );
  }
  return new Map([...report, ['stderr', tail(result)]]);
}

function readAddress(report: Report, deps: BootstrapDeps): AgentAddress {
  const state: string = report.get('start') ?? '';
  const place = report.get('dir') ?? '';
  switch (state) {
    case 'ready':
      return parseServe(report, deps);
    case 'no-node':
      throw new LinkFault('agent', missingNode(report, deps.host));
    case 'no-sha':
      throw new LinkFault(
        'agent',
        `${deps.host} has none of sha256sum, shasum and openssl, to check the agent's file.`,
      );
    default:
      throw new LinkFault(
        'agent',
        `${deps.host} cannot keep the workspace agent: ${place} cannot be written. ` +
          `Free disk there: ${report.get('free') || 'unknown'} KiB.`,
        report.get('stderr') ?? null,
      );
  }
}

function missingNode(report: Report, host: string): string {
  const system = `${report.get('os') ?? 'unknown system'} ${report.get('arch') ?? ''}`.trim();
  const old = report.get('node_old');
  const found = old ? `Only Node.js ${old} was found` : 'None was found in PATH or the usual places';
  return (
    `${host} (${system}) has no usable Node.js: the workspace agent needs version 18 or newer. ${found}. ` +
    "Install it there, for example with the system's package manager or nvm, or put a link to it at ~/.local/bin/node."
  );
}

function parseServe(report: Report, deps: BootstrapDeps): AgentAddress {
  const line = report.get('serve') ?? '';
  let answer: unknown = null;
  try {
    answer = JSON.parse(line);
  } catch {
    // Told below, with what it wrote to stderr.
  }
  if (isAddress(answer) && report.get('serve_exit') === '0') return answer;
  const said =
    typeof answer === 'object' && answer !== null && 'error' in answer ? String(answer.error) : '';
  throw new LinkFault(
    'agent',
    `The workspace agent does not start on ${deps.host}${said === '' ? '.' : `: ${said}`}`,
    [line, report.get('stderr') ?? ''].join('\n').trim() || null,
  );
}

function isAddress(value: unknown): value is AgentAddress {
  if (typeof value !== 'object' || value === null) return false;
  const parts = value as Partial<Record<keyof AgentAddress, unknown>>;
  return (
    typeof parts.socket === 'string' && typeof parts.token === 'string' && typeof parts.version === 'string'
  );
}

/** Both ways to send answer null, or why it did not work. A connection that ends is thrown. */
async function sendBySftp(
  session: Session,
  path: string,
  content: Buffer,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    await session.putFile(path, content, signal);
    return null;
  } catch (error) {
    return refusal(error, signal);
  }
}

async function sendByCat(
  session: Session,
  path: string,
  content: Buffer,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    const inner = `umask 077; cat > ${shellQuote(path)}`;
    const result = await session.exec(`exec /bin/sh -c ${shellQuote(inner)}`, content, signal);
    return result.code === 0 ? null : tail(result);
  } catch (error) {
    return refusal(error, signal);
  }
}

function refusal(error: unknown, signal: AbortSignal): string {
  if (signal.aborted || error instanceof LinkFault) throw error;
  return String(error);
}

function tail(result: ExecResult): string {
  return result.stderr.slice(-2_000).trim();
}

/** Runs with a time limit; past it the host counts as not answering. */
async function within<T>(
  deps: BootstrapDeps,
  ms: number,
  signal: AbortSignal,
  run: (bound: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const done = new AbortController();
  const timer = deps.clock.sleep(ms, done.signal).then(
    () => late.abort(new LinkFault('closed', `${deps.host} stopped answering.`)),
    () => undefined,
  );
  try {
    return await run(AbortSignal.any([signal, late.signal]));
  } finally {
    done.abort();
    await timer;
  }
}
