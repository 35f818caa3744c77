import type { ChatDiffStatus } from '@shared/model/git.ts';
import type { ChatId } from '@shared/model/ids.ts';
import {
  Check,
  CircleDot,
  GitBranch,
  GitMerge,
  GitPullRequest,
  GitPullRequestClosed,
  GitPullRequestDraft,
  X,
} from 'lucide-react';
import { useContext, useEffect } from 'react';
import { useStore } from 'zustand';
import { plural } from '../lib/format.ts';
import { checksLook, pullLook, pullName } from '../lib/pull-words.ts';
import { gitStore, lookAtStatus } from '../state/git.ts';
import { DiffCounts } from '../ui/diff-counts.tsx';
import { LinkContext } from '../ui/markdown.tsx';

interface GitChipsProps {
  readonly chatId: ChatId | null;
  /** What is checked out in the workspace; a chat may have gone to another one. */
  readonly branch: string | null;
}

/** The branch of a chat, how much it changes, and its pull request. */
export function GitChips({ chatId, branch }: GitChipsProps) {
  const status = useStore(gitStore, (s) => (chatId ? s.statuses.get(chatId) : undefined));
  useEffect(() => {
    if (chatId) void lookAtStatus(chatId);
  }, [chatId]);
  const name = status && status.git_branch !== '' ? status.git_branch : branch;
  return (
    <>
      {name !== null && <BranchChip branch={name} status={status} />}
      {status && <PullChip status={status} />}
    </>
  );
}

function BranchChip({
  branch,
  status,
}: {
  readonly branch: string;
  readonly status?: ChatDiffStatus | undefined;
}) {
  const files =
    status && status.changed_files > 0 ? `\n${plural(status.changed_files, 'changed file')}` : '';
  return (
    <span className="chip branch" title={`On branch ${branch}${files}`}>
      <GitBranch className="i s" aria-hidden="true" />
      <span className="chip-text">{branch}</span>
      {status && <DiffCounts {...status} />}
    </span>
  );
}

const PULL_ICONS = {
  open: <GitPullRequest className="i s" aria-hidden="true" />,
  draft: <GitPullRequestDraft className="i s" aria-hidden="true" />,
  merged: <GitMerge className="i s" aria-hidden="true" />,
  closed: <GitPullRequestClosed className="i s" aria-hidden="true" />,
};
const CHECK_ICONS = {
  check: <Check className="i s" aria-hidden="true" />,
  cross: <X className="i s" aria-hidden="true" />,
  dot: <CircleDot className="i s" aria-hidden="true" />,
};

/** Leads to the forge, after its address was shown. */
function PullChip({ status }: { readonly status: ChatDiffStatus }) {
  const ask = useContext(LinkContext);
  const { url, pull_request_number: number, pull_request_state: state } = status;
  const name = pullName(status);
  if (name === null || state === null || url === null) return null;
  const pull = pullLook(state);
  const checks = checksLook(status.checks);
  return (
    <button
      type="button"
      className="chip pull"
      aria-label={name}
      title={`${name}\n${url}`}
      onClick={() => ask(url)}
    >
      <span className={pull.tone}>{PULL_ICONS[pull.glyph]}</span>
      <span className="num">#{number}</span>
      <span className={pull.tone}>{pull.words}</span>
      {status.changes_requested && <span className="err wide">Changes requested</span>}
      {checks && (
        <span className={checks.tone}>
          {CHECK_ICONS[checks.glyph]}
          <span className="wide">{checks.words}</span>
        </span>
      )}
    </button>
  );
}
