import type { WorkspaceId } from '@shared/model/ids.ts';
import type { WorkspaceSummary } from '@shared/model/workspace.ts';
import { ShieldQuestion } from 'lucide-react';
import { useId, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { focusMessage } from '../../state/nav.ts';
import { setTrust, workspacesStore } from '../../state/workspaces.ts';
import { Button } from '../../ui/button.tsx';
import { useDeadTime } from '../../ui/dead-time.ts';
import { Escaped } from '../../ui/escaped.tsx';
import { useFocusAfter } from '../../ui/use-focus-after.ts';
import { enumerate } from './enumerate.ts';

/** Asked once of a folder that brings something along. Nothing waits for it: chats work there without. */
export function TrustCard({ workspaceId }: { readonly workspaceId: WorkspaceId | null }) {
  const place = useStore(workspacesStore, (s) => s.list?.find(({ id }) => id === workspaceId) ?? null);
  if (!place || place.trust.answer !== 'unknown' || !place.trust.brings?.length) return null;
  return <Question key={place.id} place={place} brings={place.trust.brings} />;
}

interface QuestionProps {
  readonly place: WorkspaceSummary;
  readonly brings: readonly string[];
}

function Question({ place, brings }: QuestionProps) {
  const card = useRef<HTMLDivElement>(null);
  const about = useId();
  const awake = useDeadTime(place.id);
  const [sending, setSending] = useState(false);
  useFocusAfter(card, focusMessage);
  const ready = awake && !sending;
  const answer = async (trust: 'trusted' | 'refused') => {
    if (!ready) return;
    setSending(true);
    await setTrust(place.id, trust);
    setSending(false);
  };
  return (
    <div ref={card} className="ask" role="dialog" aria-label="Trust this folder?" aria-describedby={about}>
      <div className="q">
        <span className="warn">
          <ShieldQuestion className="i" aria-hidden="true" />
        </span>
        <span className="q-where">
          <b>Trust this folder?</b>{' '}
          <span className="meta">
            {place.host} · <Escaped text={place.directory} />
          </span>
        </span>
      </div>
      <p id={about}>
        It brings <Escaped text={enumerate(brings)} /> along. Agents are told what its files say, and git
        runs its hooks, so trust it only when you know who wrote them. Until then its files are not read to
        agents and your approval rules do not count here.
      </p>
      <div className="btns">
        <Button look="primary" aria-disabled={!ready} onClick={() => void answer('trusted')}>
          Trust
        </Button>
        <Button aria-disabled={!ready} onClick={() => void answer('refused')}>
          Do not trust
        </Button>
      </div>
    </div>
  );
}
