import type { InstructionFileInfo } from '@shared/contract/chats.ts';
import type { ChatId } from '@shared/model/ids.ts';
import { useEffect, useState } from 'react';
import { call } from '../lib/bridge.ts';
import { bytes } from '../lib/format.ts';

export interface Instructions {
  /** Null: not read yet, or not at all. */
  readonly files: readonly InstructionFileInfo[] | null;
  readonly failure: string | null;
}

const READING: Instructions = { files: null, failure: null };

/** The files that tell the model how to work here; read when somebody looks. Null: nothing to be asked yet. */
export function useInstructions(chatId: ChatId | null): Instructions {
  const [read, setRead] = useState(READING);
  useEffect(() => {
    if (!chatId) return;
    let wanted = true;
    void call('chat.instructions', { chatId }).then((answer) => {
      if (!wanted) return;
      setRead(
        answer.ok
          ? { files: answer.value.files, failure: null }
          : { files: null, failure: answer.error.message },
      );
    });
    return () => {
      wanted = false;
    };
  }, [chatId]);
  return read;
}

/** What there is to say instead of a list. */
export function instructionWords({ files, failure }: Instructions): string {
  return failure ?? (files === null ? '…' : files.length === 0 ? 'none found' : '');
}

export function instructionItems({ files }: Instructions) {
  return (files ?? []).map(({ source, bytes: size, truncated }) => ({
    path: source,
    note: `${bytes(size)}${truncated ? ', truncated' : ''}`,
  }));
}
