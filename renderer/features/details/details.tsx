import type { ChatId } from '@shared/model/ids.ts';
import { useStore } from 'zustand';
import type { Inspected } from '../../state/inspector.ts';
import { instructionItems, instructionWords, useInstructions } from '../../state/instructions.ts';
import { workspacesStore } from '../../state/workspaces.ts';
import { Empty } from '../../ui/empty.tsx';
import { PathList } from '../../ui/path-list.tsx';
import { Place } from './place.tsx';
import { Processes } from './processes.tsx';

/** Where the chat works and what it runs there. */
export function Details({ chatId, workspaceId }: Inspected) {
  const place = useStore(workspacesStore, (s) => s.list?.find(({ id }) => id === workspaceId) ?? null);
  const known = useStore(workspacesStore, (s) => s.list !== null);
  if (!place) return <Empty text={known ? 'No workspace yet' : ''} />;
  const { state } = place.link;
  return (
    <div className="details">
      {/* Looking is no reason to connect; a link that was lost comes back by itself. */}
      {chatId && state !== 'idle' && <Processes chatId={chatId} />}
      <Place place={place} />
      {chatId && <Instructions chatId={state === 'up' ? chatId : null} />}
    </div>
  );
}

function Instructions({ chatId }: { readonly chatId: ChatId | null }) {
  const instructions = useInstructions(chatId);
  const words = instructionWords(instructions);
  return (
    <section aria-label="Instructions">
      <h2>Instructions</h2>
      {words === '' ? (
        <PathList label="Loaded instruction files" items={instructionItems(instructions)} />
      ) : (
        <p className="faint">{words}</p>
      )}
    </section>
  );
}
