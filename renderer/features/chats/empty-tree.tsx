import { useStore } from 'zustand';
import { chatsStore, showArchived } from '../../state/chats.ts';
import { showEveryChat, treeViewStore } from '../../state/tree-view.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';

interface EmptyTreeProps {
  readonly loading: boolean;
  /** By a text. */
  readonly filtered: boolean;
  readonly onUnfilter: () => void;
}

/** Why there is none, and the way to where there are some. */
export function EmptyTree({ loading, filtered, onUnfilter }: EmptyTreeProps) {
  const archived = useStore(chatsStore, (s) => s.showArchived);
  const narrowed = useStore(treeViewStore, (s) => s.statuses.length + s.places.length > 0);
  return (
    <div className="tree">
      {loading && <Empty text="" />}
      {!loading && (filtered || narrowed) && (
        <Empty text="No chat matches">
          <Button
            onClick={() => {
              onUnfilter();
              showEveryChat();
            }}
          >
            Show all chats
          </Button>
        </Empty>
      )}
      {!loading && !filtered && !narrowed && archived && (
        <Empty text="Nothing archived">
          <Button onClick={() => showArchived(false)}>Back to the chats</Button>
        </Empty>
      )}
      {!loading && !filtered && !narrowed && !archived && <Empty text="No chats yet" />}
    </div>
  );
}
