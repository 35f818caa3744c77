import type { WorkspaceSummary } from '@shared/model/workspace.ts';
import { firstLine } from '../../lib/format.ts';
import { isStuck } from '../../state/workspaces.ts';

/** What stands above the message box about the place where a chat works. */
export type PanelKind =
  | { readonly kind: 'none' }
  /** A script runs there. */
  | { readonly kind: 'busy'; readonly words: string }
  | {
      readonly kind: 'still';
      readonly tone: 'err' | 'faint';
      readonly words: string;
      /** The last lines of a script; empty: there are none. */
      readonly lines: string;
    };

/** `atRest`: no chat stands there that tells of its link itself. */
export function panelKind(place: WorkspaceSummary, atRest: boolean): PanelKind {
  const { state, script, name, host, link, error } = place;
  if (script !== null || state === 'provisioning')
    return { kind: 'busy', words: BUSY[script ?? 'provision'](name) };
  switch (state) {
    case 'running':
      return { kind: 'none' };
    case 'stopped':
      return still('faint', `${name} is stopped.`, error ?? '');
    case 'failed':
      return failed(`${name} could not be made.`, error ?? '');
    case 'removed':
      return still('err', `The directory of ${name} is gone from ${host}.`, '');
    case 'unreachable': {
      const words =
        link.state === 'down' && isStuck(link) ? link.message : `${host} cannot be reached now.`;
      return atRest ? still('err', words, '') : { kind: 'none' };
    }
  }
}

const BUSY = {
  provision: (name: string) => `Making ${name}`,
  start: (name: string) => `Starting ${name}`,
  stop: (name: string) => `Stopping ${name}`,
  remove: (name: string) => `Removing ${name}`,
} as const;

function still(tone: 'err' | 'faint', words: string, lines: string): PanelKind {
  return { kind: 'still', tone, words, lines };
}

/** The first line says why, those after it are the script's own. */
function failed(words: string, error: string): PanelKind {
  const why = firstLine(error);
  return still('err', why === '' ? words : `${words} ${why}`, error.trim().split('\n').slice(1).join('\n'));
}
