import type { TerminalInfo } from '@shared/agent-protocol/terminals.ts';
import { limits } from '../base/limits.ts';
import { isAlive } from '../base/process-identity.ts';
import { Refusal } from '../base/refusal.ts';
import { endSession } from './session.ts';
import { getMeta, getMetas, isTerminalId, removeMeta, type TerminalMeta } from './terminal-files.ts';

/** Terminals of other agents: of one that died (then they are lost), or of another version's that lives on. */
export class LeftTerminals {
  private readonly dir: string;
  private readonly isOwn: (id: string) => boolean;
  /** Whether what is asked of its terminals can be passed on to that agent. */
  private readonly reaches: (agentPid: number) => boolean;
  /** Ends what a dead agent's terminals left running, once each. */
  private readonly ending = new Map<string, Promise<void>>();

  constructor(dir: string, isOwn: (id: string) => boolean, reaches: (agentPid: number) => boolean) {
    this.dir = dir;
    this.isOwn = isOwn;
    this.reaches = reaches;
  }

  /** The pid of the agent that held it when it was opened; null for one that nobody knows. */
  holderOf(id: string): number | null {
    return this.metaOf(id)?.agent.pid ?? null;
  }

  async list(): Promise<readonly TerminalInfo[]> {
    const metas = getMetas(this.dir).filter(({ id }) => !this.isOwn(id));
    const oldest = Date.now() - limits.keepMs;
    const infos = await Promise.all(
      metas.map(async (meta) => {
        const info = await this.infoOf(meta);
        if (info.state !== 'lost' || meta.startedAt >= oldest) return info;
        removeMeta(this.dir, meta.id);
        return null;
      }),
    );
    return infos.filter((info) => info !== null);
  }

  /** Throws 404 for one that nobody knows. */
  async find(id: string): Promise<TerminalInfo> {
    const meta = this.metaOf(id);
    if (!meta) throw new Refusal(404, 'not-found', `there is no terminal ${id}`);
    return this.infoOf(meta);
  }

  /** Ends what runs in it, whoever holds it. */
  async close(id: string): Promise<void> {
    const meta = this.metaOf(id);
    if (!meta) return;
    await this.ended(meta);
    removeMeta(this.dir, id);
  }

  async settle(): Promise<void> {
    await Promise.all(this.ending.values());
  }

  private metaOf(id: string): TerminalMeta | null {
    return isTerminalId(id) && !this.isOwn(id) ? getMeta(this.dir, id) : null;
  }

  private async infoOf(meta: TerminalMeta): Promise<TerminalInfo> {
    const { id, title, workspace, cwd, cols, rows, startedAt } = meta;
    const isHeld = await isAlive(meta.agent);
    if (!isHeld) void this.ended(meta);
    return {
      id,
      title,
      workspace,
      cwd,
      cols,
      rows,
      state: isHeld ? this.stateAt(meta.agent.pid) : 'lost',
      exit_code: null,
      started_at_unix: Math.floor(startedAt / 1000),
    };
  }

  private stateAt(agentPid: number): 'running' | 'elsewhere' {
    return this.reaches(agentPid) ? 'running' : 'elsewhere';
  }

  private ended(meta: TerminalMeta): Promise<void> {
    const known = this.ending.get(meta.id);
    if (known) return known;
    const ending = this.end(meta).catch(() => undefined);
    this.ending.set(meta.id, ending);
    return ending;
  }

  private async end({ shell }: TerminalMeta): Promise<void> {
    if (!(await isAlive(shell))) return;
    await endSession(shell.pid, () => hangUp(shell.pid), limits.terminalGraceMs);
  }
}

function hangUp(shell: number): void {
  try {
    process.kill(-shell, 'SIGHUP');
  } catch {
    // Gone in the meantime.
  }
}
