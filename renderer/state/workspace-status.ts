import type { WorkspaceSummary } from '@shared/model/workspace.ts';
import { never } from '@shared/util/never.ts';
import type { StatusGlyph } from '../ui/status-mark.tsx';
import { linkWords } from './workspaces.ts';

/** Always the three together (UI.md). */
export interface PlaceLook {
  /** Empty: it can be worked with, and nothing needs saying. */
  readonly words: string;
  /** `link`: the dot that tells what the link does. */
  readonly glyph: StatusGlyph | 'link';
  readonly tone: 'faint' | 'acc' | 'err';
}

type Place = Pick<WorkspaceSummary, 'state' | 'script' | 'link'>;

/** What a workspace is or does now. */
export function placeLook({ state, script, link }: Place): PlaceLook {
  if (script !== null) return { words: SCRIPT_WORDS[script], glyph: 'beat', tone: 'acc' };
  switch (state) {
    case 'provisioning':
      return { words: SCRIPT_WORDS.provision, glyph: 'beat', tone: 'acc' };
    case 'running':
      return { words: linkWords(link), glyph: 'link', tone: 'faint' };
    case 'unreachable':
      return { words: linkWords(link) || 'unreachable', glyph: 'link', tone: 'faint' };
    case 'stopped':
      return { words: 'stopped', glyph: 'square', tone: 'faint' };
    case 'failed':
      return { words: 'failed', glyph: 'cross', tone: 'err' };
    case 'removed':
      return { words: 'gone', glyph: 'cross', tone: 'err' };
    default:
      return never(state);
  }
}

const SCRIPT_WORDS = {
  provision: 'being made',
  start: 'starting',
  stop: 'stopping',
  remove: 'being removed',
} as const;
