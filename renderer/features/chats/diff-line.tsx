import type { ChatId } from '@shared/model/ids.ts';
import { GitMerge, GitPullRequest, GitPullRequestClosed, GitPullRequestDraft } from 'lucide-react';
import { useStore } from 'zustand';
import { pullLook } from '../../lib/pull-words.ts';
import { gitStore } from '../../state/git.ts';
import { DiffCounts } from '../../ui/diff-counts.tsx';

const PULL_ICONS = {
  open: <GitPullRequest className="i xs" aria-hidden="true" />,
  draft: <GitPullRequestDraft className="i xs" aria-hidden="true" />,
  merged: <GitMerge className="i xs" aria-hidden="true" />,
  closed: <GitPullRequestClosed className="i xs" aria-hidden="true" />,
};

/** The second line of a chat that rests: what it has changed, and its pull request. */
export function DiffLine({ chatId, place }: { readonly chatId: ChatId; readonly place: string | null }) {
  const status = useStore(gitStore, (s) => s.statuses.get(chatId));
  const where = place !== null && <span className="w row-place">{place}</span>;
  if (!status) return where;
  const { additions, deletions, pull_request_number: number, pull_request_state: state } = status;
  const pull = number !== null && state !== null ? pullLook(state) : null;
  if (additions === 0 && deletions === 0 && !pull) return where;
  return (
    <span className="w diff-line">
      <DiffCounts additions={additions} deletions={deletions} />
      {pull && (
        <span className="with-glyph">
          <span className={pull.tone}>{PULL_ICONS[pull.glyph]}</span>#{number}{' '}
          <span className={pull.tone}>{pull.words}</span>
        </span>
      )}
    </span>
  );
}
