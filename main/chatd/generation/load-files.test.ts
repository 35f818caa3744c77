import { asId, type FileId, type OwnerId } from '@shared/model/ids.ts';
import type { FilePart } from '@shared/model/part.ts';
import { describe, expect, it } from 'vitest';
import type { KeptFile } from '../machine/types.ts';
import { promptTokens } from './estimate.ts';
import { createFileShelf } from './file-shelf.ts';
import { estimatedFiles, MAX_TEXT_BYTES } from './file-view.ts';
import { loadFiles } from './load-files.ts';
import { buildPrompt } from './prompt.ts';
import { history } from './test-rows.ts';

const MIB = 1024 * 1024;
const BOTH = { images: true, documents: true };
const chat = { ownerId: asId<OwnerId>('a') };

function part(name: string, mediaType: string, size: number): FilePart {
  return { type: 'file', file_id: asId<FileId>(name), name, media_type: mediaType, size };
}

/** Files that are kept, as the database would give them. */
function kept(...parts: readonly FilePart[]) {
  const files = new Map(
    parts.map(({ name = '', media_type, size = 0 }): [string, KeptFile] => [
      name,
      { name, mediaType: media_type, data: new Uint8Array(size).fill(0x61) },
    ]),
  );
  const loads: string[] = [];
  const store = {
    call: async (
      operation: string,
      { fileIds = [], fileId = '' }: { fileIds?: string[]; fileId?: string },
    ) => {
      if (operation === 'listPresentFiles') return fileIds.filter((id) => files.has(id));
      loads.push(fileId);
      return files.get(fileId) ?? null;
    },
  } as never;
  return { deps: { store, files: createFileShelf(store) }, loads };
}

async function shown(parts: readonly FilePart[], inputs = BOTH, present = parts) {
  const rows = history(...parts.map((one) => ({ role: 'user' as const, content: [one] })));
  const { deps } = kept(...present);
  const view = await loadFiles(deps, { rows, chat, inputs });
  return parts.map((one) => view(one));
}

describe('files of a prompt', () => {
  it('shows a picture with its name, a PDF as a document, and text between lines with its name', async () => {
    const [picture, paper, text] = await shown([
      part('a.png', 'image/png', 3),
      part('b.pdf', 'application/pdf', 3),
      part('c "x".md', 'text/markdown', 3),
    ]);
    expect(picture).toEqual([
      { type: 'text', text: 'Attached picture: a.png' },
      { type: 'image', media_type: 'image/png', data: 'YWFh' },
    ]);
    expect(paper).toEqual([
      { type: 'document', media_type: 'application/pdf', name: 'b.pdf', data: 'YWFh', size: 3 },
    ]);
    expect(text).toEqual([{ type: 'text', text: '<file name="c _x_.md">\naaa\n</file>' }]);
  });

  it('says what it leaves out, and why', async () => {
    const parts = [part('a.png', 'image/png', 3), part('b.pdf', 'application/pdf', 3)];
    const blind = await shown(parts, { images: false, documents: false });
    expect(JSON.stringify(blind)).toMatch(/a\.png.*cannot see pictures.*b\.pdf.*cannot read PDF/);
    const [large] = await shown([part('large.png', 'image/png', 6 * MIB)]);
    expect(large).toEqual([
      { type: 'text', text: '[The picture large.png is too large to be shown to the model.]' },
    ]);
    const [gone] = await shown([part('gone.png', 'image/png', 3)], BOTH, []);
    expect(JSON.stringify(gone)).toContain('gone.png has expired');
    const [long] = await shown([part('long.txt', 'text/plain', MAX_TEXT_BYTES + 5)]);
    expect(JSON.stringify(long)).toContain('[Cut here: the first 256 KiB');
  });

  it('sends the newest where all together would be too much', async () => {
    const papers = Array.from({ length: 4 }, (_, at) => part(`${at}.pdf`, 'application/pdf', 9 * MIB));
    const views = await shown(papers);
    expect(views.map(([first]) => first?.type)).toEqual(['text', 'text', 'document', 'document']);
    expect(JSON.stringify(views[0])).toContain('too large together');
  });

  it('asks the database once for what each step sends again, and keeps no more than it may', async () => {
    const parts = [part('a.txt', 'text/plain', 10), part('b.txt', 'text/plain', 10)];
    const { deps, loads } = kept(...parts);
    const files = createFileShelf(deps.store, 15);
    for (let step = 0; step < 3; step++) await files.load(asId<FileId>('a.txt'));
    await files.load(asId<FileId>('b.txt'));
    await files.load(asId<FileId>('a.txt'));
    expect(loads).toEqual(['a.txt', 'b.txt', 'a.txt']);
  });

  it('counts them before they are loaded about as they count when they are', async () => {
    const parts = [
      part('a.png', 'image/png', 300_000),
      part('b.pdf', 'application/pdf', 300_000),
      part('c.md', 'text/markdown', 30_000),
    ];
    const rows = history(...parts.map((one) => ({ role: 'user' as const, content: [one] })));
    const { deps } = kept(...parts);
    const real = promptTokens(buildPrompt(rows, [], await loadFiles(deps, { rows, chat, inputs: BOTH })));
    const estimated = promptTokens(buildPrompt(rows, [], estimatedFiles));
    expect(Math.abs(real - estimated)).toBeLessThan(100);
    expect(estimated).toBeGreaterThan(20_000);
  });
});
