import type { ChatDiffStatus, ChecksState, PullState } from '@shared/model/git.ts';

/** A word, with the glyph and the colour that go with it (UI.md). */
export interface Look<Glyph extends string> {
  readonly words: string;
  readonly glyph: Glyph;
  readonly tone: 'ok' | 'faint' | 'acc' | 'err' | 'meta';
}

const PULLS: Readonly<Record<PullState, Look<'open' | 'draft' | 'merged' | 'closed'>>> = {
  open: { words: 'Open', glyph: 'open', tone: 'ok' },
  draft: { words: 'Draft', glyph: 'draft', tone: 'meta' },
  merged: { words: 'Merged', glyph: 'merged', tone: 'acc' },
  closed: { words: 'Closed', glyph: 'closed', tone: 'err' },
};

export function pullLook(state: PullState) {
  return PULLS[state];
}

/** Null: there is nothing to be said. */
export function checksLook(checks: ChecksState): Look<'check' | 'cross' | 'dot'> | null {
  switch (checks) {
    case 'none':
      return null;
    case 'pending':
      return { words: 'Checks running', glyph: 'dot', tone: 'meta' };
    case 'passed':
      return { words: 'Checks passed', glyph: 'check', tone: 'ok' };
    case 'failed':
      return { words: 'Checks failed', glyph: 'cross', tone: 'err' };
  }
}

type Status = Pick<
  ChatDiffStatus,
  'pull_request_number' | 'pull_request_state' | 'changes_requested' | 'checks'
>;

/** "Pull request #12, Open, Changes requested, Checks passed"; null: there is none. */
export function pullName(status: Status): string | null {
  const { pull_request_number: number, pull_request_state: state } = status;
  if (number === null || state === null) return null;
  const words = [
    `Pull request #${number}`,
    pullLook(state).words,
    ...(status.changes_requested ? ['Changes requested'] : []),
    checksLook(status.checks)?.words ?? '',
  ];
  return words.filter((word) => word !== '').join(', ');
}
