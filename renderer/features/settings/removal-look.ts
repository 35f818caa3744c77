import type { HostRemoval } from '@shared/model/host.ts';
import { never } from '@shared/util/never.ts';
import { bytes, plural } from '../../lib/format.ts';

interface RemovalLook {
  readonly words: string;
  readonly tone: 'ok' | 'err';
  /** Of the lines. */
  readonly label: string;
  readonly lines: readonly string[];
  /** What may be done in spite of it; null: nothing is left to do. */
  readonly can: 'Remove anyway' | null;
}

export function removalLook(removal: HostRemoval, host: string): RemovalLook {
  const quiet = { tone: 'ok', label: 'What stays there', lines: [], can: null } as const;
  switch (removal.kind) {
    case 'removed': {
      const { freedBytes, stoppedProcesses, kept } = removal;
      const facts = [
        ...(freedBytes === null ? [] : [`${bytes(freedBytes)} freed`]),
        ...(stoppedProcesses === 0 ? [] : [`${plural(stoppedProcesses, 'command')} stopped`]),
      ];
      const tail = facts.length === 0 ? '' : ` (${facts.join(', ')})`;
      const rest = kept.length === 0 ? '' : ' What Gaffer did not make stays there:';
      return { ...quiet, words: `Gaffer was removed from ${host}${tail}.${rest}`, lines: kept };
    }
    case 'absent':
      return { ...quiet, words: `There is nothing of Gaffer on ${host}.` };
    case 'busy': {
      const { processes, terminals, elsewhere } = removal;
      const lines = [
        ...processes.map(({ command, workdir }) =>
          workdir === '' ? command : `${command}  — in ${workdir}`,
        ),
        ...(terminals === 0 ? [] : [plural(terminals, 'terminal')]),
        ...elsewhere.map((machine) => `an agent on ${machine}, which shares this home`),
      ];
      const words = 'Nothing was removed: this still runs there, and would be stopped.';
      return { words, tone: 'err', label: 'What still runs there', lines, can: 'Remove anyway' };
    }
    case 'refused': {
      const { message, detail, fix } = removal;
      const lines = detail === null ? [] : detail.trim().split('\n');
      return { words: `${message} ${fix}`, tone: 'err', label: 'Details', lines, can: null };
    }
    default:
      return never(removal);
  }
}
