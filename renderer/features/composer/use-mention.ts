import type { WorkspaceId } from '@shared/model/ids.ts';
import { type RefObject, useEffect, useState } from 'react';
import { call } from '../../lib/bridge.ts';
import { withMention } from '../../state/mention.ts';
import { type Completion, type Menu, useMenu } from './completion-menu.tsx';
import {
  bestMatches,
  folderQuery,
  foldersAbove,
  looseQuery,
  type MentionQuery,
  mentionAt,
  nameOf,
} from './mention-query.ts';
import { typeInto } from './replace-text.ts';

const PAUSE_MS = 80;
/** With fewer, others are looked for whose names hold the same signs apart. */
const ENOUGH = 8;

export interface MentionItem extends Completion {
  readonly path: string;
}

interface MentionInput {
  readonly box: RefObject<HTMLTextAreaElement | null>;
  readonly text: string;
  readonly caret: number | null;
  readonly workspaceId: WorkspaceId | null;
}

/** The files and folders that open as one types "@": choosing one writes its path, which can be undone. */
export function useMention({ box, text, caret, workspaceId }: MentionInput): {
  readonly menu: Menu<MentionItem>;
  readonly run: (item: MentionItem) => void;
} {
  const query = workspaceId === null ? null : mentionAt(text, caret);
  const paths = useFound(workspaceId, query?.text ?? null);
  const run = ({ path }: MentionItem) => {
    if (box.current && query) write(box.current, query, path);
  };
  const items = query ? paths.map(itemOf) : [];
  const menu = useMenu({ text: query?.text ?? '', items, onRun: run, onWrite: run });
  return { menu, run };
}

function write(box: HTMLTextAreaElement, { from, to }: MentionQuery, path: string): void {
  const follows = box.value.slice(to);
  const mention = withMention('', path);
  typeInto(box, follows.startsWith(' ') ? mention.trimEnd() : mention, from, to);
}

function itemOf(path: string): MentionItem {
  const { name, above } = nameOf(path);
  return { key: path, label: name, note: above, blocked: null, path };
}

const NONE: readonly string[] = [];

/** What was found for the text that is typed now; what was found for another one is not shown. */
function useFound(workspaceId: WorkspaceId | null, typed: string | null): readonly string[] {
  const [found, setFound] = useState<{ typed: string; paths: readonly string[] } | null>(null);
  useEffect(() => {
    if (workspaceId === null || typed === null) return undefined;
    let isWanted = true;
    const find = async () => {
      for await (const paths of findFiles(workspaceId, typed)) {
        if (!isWanted) return;
        setFound({ typed, paths: bestMatches(paths, typed) });
      }
    };
    const timer = setTimeout(() => void find(), PAUSE_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [workspaceId, typed]);
  if (typed === null || found === null) return NONE;
  // Until the answer comes, what was found for a shorter text and still fits stays.
  return found.typed === typed ? found.paths : found.paths.filter((path) => fits(path, typed));
}

function fits(path: string, typed: string): boolean {
  return path.toLowerCase().includes(typed.toLowerCase());
}

async function* findFiles(workspaceId: WorkspaceId, typed: string): AsyncIterable<readonly string[]> {
  const find = async (text: string | null) => {
    const answer = text === null ? null : await call('files.find', { workspaceId, text });
    return answer?.ok ? answer.value.paths : NONE;
  };
  const [files, below] = await Promise.all([find(typed === '' ? '*' : typed), find(folderQuery(typed))]);
  const paths = [...files, ...foldersAbove(below, typed)];
  yield paths;
  if (typed.length < 2 || paths.length >= ENOUGH) return;
  const loose = looseQuery(typed);
  const [more, belowMore] = await Promise.all([find(loose), find(`${loose.replace(/\/$/, '')}/**`)]);
  yield [...paths, ...more, ...foldersAbove(belowMore, typed)];
}
