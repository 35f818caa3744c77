import type { ChatId } from '@shared/model/ids.ts';
import { type DragEvent, useState } from 'react';
import { pinChat } from '../../state/chats.ts';
import type { TreeRow } from './tree-rows.ts';

export interface RowDrag {
  readonly draggable: boolean;
  /** The line that shows where the chat would go. */
  readonly mark: 'above' | 'below' | null;
  onDragStart(event: DragEvent): void;
  onDragOver(event: DragEvent): void;
  onDrop(event: DragEvent): void;
  onDragEnd(): void;
}

/** A chat is dragged among the pinned ones, or from below to them. */
export function usePinDrag() {
  const [dragged, setDragged] = useState<{ readonly id: ChatId; readonly pin: number } | null>(null);
  const [over, setOver] = useState<number | null>(null);
  const end = () => {
    setDragged(null);
    setOver(null);
  };
  return (row: TreeRow & { kind: 'chat' }): RowDrag => ({
    draggable: row.level === 2 && !row.chat.archived,
    mark: dragged !== null && row.pin > 0 && over === row.pin ? markOf(dragged.pin, row.pin) : null,
    onDragStart(event) {
      event.dataTransfer.effectAllowed = 'move';
      event.dataTransfer.setData('text/plain', row.chat.title);
      setDragged({ id: row.chat.id, pin: row.pin });
    },
    onDragOver(event) {
      if (dragged === null || row.pin === 0) return;
      event.preventDefault();
      setOver(row.pin);
    },
    onDrop(event) {
      if (dragged === null || row.pin === 0) return;
      event.preventDefault();
      if (dragged.pin !== row.pin) void pinChat(dragged.id, row.pin);
      end();
    },
    onDragEnd: end,
  });
}

/** It takes the place of the row; one that comes from above pushes that up. */
function markOf(from: number, to: number): 'above' | 'below' | null {
  if (from === to) return null;
  return from > 0 && from < to ? 'below' : 'above';
}
