import type { ModelConfigId, WorkspaceId } from '@shared/model/ids.ts';
import { type ReactNode, useRef, useState } from 'react';
import type { Box } from '../../state/attachments.ts';
import { useAttention } from '../../state/pane.ts';
import { useWish } from '../../state/wish.ts';
import { openInComposer } from '../../state/wishes.ts';
import { AttachmentChips } from './attachment-chips.tsx';
import { CompletionMenu, menuAria } from './completion-menu.tsx';
import { DropFiles } from './drop-files.tsx';
import { MessageBox, type MessageKeys } from './message-box.tsx';
import { pasteFiles } from './paste.ts';
import { typeInto } from './replace-text.ts';
import { useMention } from './use-mention.ts';
import { useSlash } from './use-slash.ts';

interface WritingBoxProps extends Pick<MessageKeys, 'onSend' | 'onSendNow' | 'onEscape' | 'onRecall'> {
  readonly box: Box;
  /** Who will answer. */
  readonly modelId: ModelConfigId | null;
  /** Its files can be named. */
  readonly workspaceId: WorkspaceId | null;
  readonly value: string;
  readonly placeholder: string;
  /** Above the text. */
  readonly head?: ReactNode;
  /** Words that begin with a slash are a command. */
  readonly takesCommands?: boolean;
  readonly onChange: (text: string) => void;
  /** The bar below the text. */
  readonly children: ReactNode;
}

/** Where a message is written: its text with what completes it, and its files. */
export function WritingBox(props: WritingBoxProps) {
  const {
    box,
    modelId,
    workspaceId,
    value,
    takesCommands = true,
    onChange,
    children,
    head,
    ...rest
  } = props;
  const root = useRef<HTMLDivElement>(null);
  const text = useRef<HTMLTextAreaElement>(null);
  const [caret, setCaret] = useState<number | null>(null);
  const slash = useSlash({ text: takesCommands ? value : '', onText: onChange });
  const mention = useMention({ box: text, text: value, caret, workspaceId });
  const insert = (words: string) => {
    const { current } = text;
    if (!current) return;
    current.focus();
    typeInto(current, words, current.selectionStart, current.selectionEnd);
  };
  useWish(
    openInComposer,
    (name) => {
      const pane = root.current?.closest('.conv');
      const found = pane?.querySelector<HTMLElement>(`button[aria-label="${name}"]`);
      found?.focus();
      found?.click();
    },
    useAttention(),
  );
  return (
    <div ref={root} className="comp">
      {head}
      <CompletionMenu label="Commands" className="slash" menu={slash.menu} onRun={slash.run} />
      <CompletionMenu label="Files" className="mentions" menu={mention.menu} onRun={mention.run} />
      <AttachmentChips box={box} modelId={modelId} onText={insert} />
      <MessageBox
        box={text}
        value={value}
        onChange={(words) => {
          onChange(words);
          setCaret(text.current?.selectionStart ?? null);
        }}
        onCaret={setCaret}
        onPaste={(data) => pasteFiles(box, data)}
        onKey={(event) => slash.menu.onKey(event) || mention.menu.onKey(event)}
        {...rest}
        {...menuAria(slash.menu)}
        {...menuAria(mention.menu)}
      />
      {children}
      <DropFiles box={box} workspaceId={workspaceId} onMention={(path) => insert(path)} />
    </div>
  );
}
