import type { TerminalSummary } from '@shared/model/terminal.ts';
import { bytes } from '../../lib/format.ts';
import { visiblePieces } from '../../lib/visible-text.ts';

const TITLE_CHARS = 60;

/** What a program may call its tab: one line of visible characters. */
export function cleanTitle(title: string): string {
  const visible = visiblePieces(title)
    .map((piece) => (piece.kind === 'text' ? piece.text : ' '))
    .join('')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return visible.length > TITLE_CHARS ? `${visible.slice(0, TITLE_CHARS)}…` : visible;
}

/** Without what could end a bracketed paste or do anything else than type: controls but tab and line breaks. */
export function cleanPaste(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g, '');
}

/** The name of each tab; of several with one name the later ones have a number. */
export function tabNames(
  list: readonly TerminalSummary[],
  titles: ReadonlyMap<string, string>,
): readonly string[] {
  const used = new Map<string, number>();
  return list.map(({ id, title }) => {
    const name = titles.get(id) || title;
    const count = (used.get(name) ?? 0) + 1;
    used.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  });
}

/** Why nothing can be typed into it any more; null while it runs. */
export function endWords({ state, exitCode }: Pick<TerminalSummary, 'state' | 'exitCode'>): string | null {
  switch (state) {
    case 'running':
      return null;
    case 'ended':
      return exitCode === null ? 'Ended' : `Ended with exit code ${exitCode}`;
    case 'lost':
      return 'The workspace agent ended, and this terminal with it';
    case 'elsewhere':
      return 'Held by an earlier version of the workspace agent: it can only be closed';
    default:
      return state satisfies never;
  }
}

/** Stands in the screen where bytes are missing; the colours of before do not go on after it. */
export function gapNotice(skipped: number): string {
  return `\u001b[0m\r\n\u001b[2m… ${bytes(skipped)} are no longer kept …\u001b[0m\r\n`;
}
