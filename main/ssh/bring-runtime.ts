import { LinkFault } from './fault.ts';
import { INSTALL_NODE, type Report, runtimeFor } from './host-report.ts';
import { type RuntimeFile, RuntimeMissing, type Runtimes } from './runtime/runtimes.ts';
import { inStage } from './stage.ts';
import type { Trace } from './trace.ts';

export interface BringDeps {
  readonly host: string;
  /** Null: there are none. */
  readonly runtimes: Runtimes | null;
  readonly trace: Trace | null;
}

/** Node.js for a host that has none. Throws LinkFault with what is missing and how to provide it. */
export function bringRuntime(deps: BringDeps, report: Report, signal: AbortSignal): Promise<RuntimeFile> {
  const { host, runtimes, trace } = deps;
  const old = report.get('node_old');
  const summary = old ? `Only Node.js ${old}, which is too old` : 'No Node.js was found there';
  return inStage(trace, { stage: 'runtime', hop: host, summary }, async (stage) => {
    const arch = runtimeFor(report);
    if (typeof arch !== 'string')
      throw new LinkFault('agent', `${host}: ${arch.message}`, summary, arch.fix);
    if (runtimes === null)
      throw new LinkFault(
        'agent',
        `${host} has no usable Node.js, and none is brought.`,
        summary,
        INSTALL_NODE,
      );
    try {
      const runtime = await runtimes.load(arch, (step) => stage.go(step), signal);
      stage.ok(`${summary}: we bring ${runtime.version}`);
      return runtime;
    } catch (error) {
      if (!(error instanceof RuntimeMissing)) throw error;
      throw new LinkFault(
        'agent',
        `${host} has no usable Node.js. ${error.message}`,
        error.detail,
        error.fix,
      );
    }
  });
}
