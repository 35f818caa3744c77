import type { AgentEvent } from '@shared/agent-protocol/events.ts';
import type { ProcessInfo } from '@shared/agent-protocol/index.ts';
import { limits } from '../base/limits.ts';
import { WatchSet } from '../base/watch-set.ts';
import { joined, type Watch, type Watched } from '../base/watched.ts';
import type { ProcessTable } from './process-table.ts';
import { SpoolEnd } from './spool.ts';

/** A process whose launcher was killed ends without a word: nobody but a look finds that out. */
const LOOK_MS = 2_000;

export function watchProcesses(table: ProcessTable, chatId: string | null): Watch<AgentEvent> {
  return (changed) => new WatchedProcesses(table, chatId, changed);
}

class WatchedProcesses implements Watched<AgentEvent> {
  private readonly table: ProcessTable;
  private readonly chatId: string | null;
  private readonly changed: ReturnType<typeof joined>;
  private readonly watches: WatchSet;
  private readonly leave: () => void;
  private readonly spools = new Map<string, { readonly end: SpoolEnd; told: number }>();
  private look: ReturnType<typeof setTimeout> | undefined;
  private toldList = '';
  private closed = false;

  constructor(table: ProcessTable, chatId: string | null, changed: () => void) {
    this.table = table;
    this.chatId = chatId;
    this.changed = joined(limits.eventJoinMs, changed);
    this.watches = new WatchSet(() => this.changed());
    this.leave = table.follow(() => this.changed());
  }

  async tell(): Promise<readonly AgentEvent[]> {
    clearTimeout(this.look);
    const before = await this.table.list(this.chatId);
    const running = before.filter((one) => one.running);
    // Exit and output are files in the directory of the process. What came before the watch is seen by the next look.
    await this.watches.sync(running.map(({ id }) => this.dirOf(id)));
    const processes = running.length > 0 ? await this.table.list(this.chatId) : before;
    const events = [...this.tellList(processes), ...(await this.tellOutput(processes))];
    if (running.length > 0 && !this.closed) this.look = setTimeout(() => this.changed(), LOOK_MS);
    return events;
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.look);
    this.leave();
    this.changed.cancel();
    this.watches.close();
  }

  private tellList(processes: readonly ProcessInfo[]): readonly AgentEvent[] {
    const list = JSON.stringify(processes);
    if (list === this.toldList) return [];
    this.toldList = list;
    return [{ type: 'processes', processes }];
  }

  private async tellOutput(processes: readonly ProcessInfo[]): Promise<readonly AgentEvent[]> {
    const events: AgentEvent[] = [];
    for (const { id } of processes) {
      const spool = this.spools.get(id) ?? { end: new SpoolEnd(this.dirOf(id)), told: 0 };
      this.spools.set(id, spool);
      const total = await spool.end.loadTotal();
      if (total === spool.told) continue;
      spool.told = total;
      events.push({ type: 'output', id, total });
    }
    const listed = new Set(processes.map(({ id }) => id));
    for (const id of this.spools.keys()) if (!listed.has(id)) this.spools.delete(id);
    return events;
  }

  private dirOf(id: string): string {
    return this.table.find(id, this.chatId).dir;
  }
}
