import { createHash } from 'node:crypto';
import type { AgentAddress } from '@shared/agent-protocol/index.ts';
import { bootstrapScript } from './bootstrap-script.ts';
import { type BringDeps, bringRuntime } from './bring-runtime.ts';
import { LinkFault } from './fault.ts';
import { brokenRuntime, describeHost, detailsOfHost, type Report } from './host-report.ts';
import { type Arrived, type ProvideDeps, provide, refuseFullDisk } from './provide.ts';
import { runScript } from './run-script.ts';
import { parseAddress, readServed } from './serve-answer.ts';
import type { Session } from './session.ts';
import { inStage } from './stage.ts';

export interface BootstrapDeps extends BringDeps, Omit<ProvideDeps, 'session'> {
  /** The bundled agent, as it is to lie on the host. */
  readonly agent: Buffer;
  /** Its home on the host; `~/` is the home there. */
  readonly agentHome: string;
  /** How long the agent waits for a client before it ends. */
  readonly idleMs: number;
}

export interface BootstrapWish {
  /** An agent whose address and process are there is taken at its word: the caller finds out whether it answers. */
  readonly trust: boolean;
  /** It shall also listen on a port of the loopback. */
  readonly tcp: boolean;
}

export interface Bootstrapped {
  readonly address: AgentAddress;
  /** The agent's file had to be. */
  readonly uploaded: boolean;
  /** Null: the agent was taken at its word, and nobody asked whether it lives. */
  readonly program: AgentProgram | null;
}

/** What runs the agent's commands on the host. */
export interface AgentProgram {
  readonly node: string;
  readonly file: string;
  readonly home: string;
}

/**
 * Makes sure that an agent of our version runs on the host: at most one upload, and a single round trip when all is
 * there. Throws LinkFault: `agent` when the host cannot run it (the message says what is missing), `closed` when the
 * connection ended or stopped answering.
 */
export async function bootstrap(
  session: Session,
  deps: BootstrapDeps,
  wish: BootstrapWish,
  signal: AbortSignal,
): Promise<Bootstrapped> {
  const { agent, host, trace } = deps;
  const sha256 = createHash('sha256').update(agent).digest('hex');
  const look = async (arrived: Arrived | null) => {
    const script = (marker: string) => bootstrapScript({ ...deps, ...wish, sha256, arrived, marker });
    const report = await runScript({ ...deps, session }, script, signal);
    refuse(deps, report);
    return report;
  };

  const seen = await inStage(
    trace,
    { stage: 'probe', hop: host, summary: 'Looking at the host' },
    async (stage) => {
      const report = await look(null);
      stage.ok(describeHost(report), detailsOfHost(report));
      return report;
    },
  );
  if (seen.get('start') === 'running') {
    const address = parseAddress(seen.get('address') ?? '');
    if (address === null) return bootstrap(session, deps, { ...wish, trust: false }, signal);
    return { address: await agentStage(deps, () => address), uploaded: false, program: null };
  }
  const needs = (seen.get('need') ?? '').split(' ');
  const cargo = {
    agent: needs.includes('agent') ? agent : null,
    runtime: needs.includes('runtime') ? await bringRuntime(deps, seen, signal) : null,
  };
  const isComplete = cargo.agent === null && cargo.runtime === null;
  const last = isComplete ? seen : await provide({ ...deps, session }, { seen, cargo }, look, signal);
  const address = await agentStage(deps, () => readServed(last, host));
  return { address, uploaded: cargo.agent !== null, program: programIn(last) };
}

function programIn(report: Report): AgentProgram {
  const [node = '', dir = '', home = ''] = ['node', 'dir', 'base'].map((name) => report.get(name));
  return { node, file: `${dir}/agent.cjs`, home };
}

/** The agent was started along with the look at the host: what came of it. */
function agentStage({ trace, host }: BootstrapDeps, read: () => AgentAddress): Promise<AgentAddress> {
  return inStage(
    trace,
    { stage: 'agent', hop: host, summary: 'Starting the workspace agent' },
    async (stage) => {
      const address = read();
      stage.ok('The workspace agent runs', `version ${address.version}, process ${address.pid}`);
      return address;
    },
  );
}

/** What no upload mends. */
function refuse(deps: BootstrapDeps, report: Report): void {
  const { host, agentHome } = deps;
  const detail = report.get('stderr') || null;
  switch (report.get('start')) {
    case 'no-sha':
      throw new LinkFault(
        'agent',
        `${host} has none of sha256sum, shasum and openssl, to check what we upload.`,
        detail,
        'Install coreutils or openssl there.',
      );
    case 'no-directory':
      refuseFullDisk(deps, report, 0);
      throw new LinkFault(
        'agent',
        `${host} cannot keep the workspace agent: ${report.get('dir')} cannot be written.`,
        detail,
        `Make ${agentHome} writable for this account there.`,
      );
    case 'bad-runtime': {
      const { message, fix } = brokenRuntime(report.get('runtime_said') ?? '');
      throw new LinkFault('agent', `${host}: ${message}`, detail, fix);
    }
    case undefined:
    default:
  }
}
