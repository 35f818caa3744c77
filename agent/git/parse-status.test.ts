import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseStatus } from './parse-status.ts';

const records = (...list: string[]) => list.map((record) => `${record}\0`).join('');
const hash = 'a'.repeat(40);

describe('reading the status of git', () => {
  test('the branch, its commit and its upstream', () => {
    expect(
      parseStatus(
        records(
          `# branch.oid ${hash}`,
          '# branch.head feature/ä b',
          '# branch.upstream origin/main',
          '# branch.ab +2 -13',
        ),
      ),
    ).toEqual({
      branch: 'feature/ä b',
      commit: hash,
      upstream: { name: 'origin/main', ahead: 2, behind: 13 },
      files: [],
    });
  });

  test('no commit yet, a detached head, an upstream that is gone', () => {
    expect(parseStatus(records('# branch.oid (initial)', '# branch.head main'))).toMatchObject({
      branch: 'main',
      commit: null,
      upstream: null,
    });
    expect(parseStatus(records(`# branch.oid ${hash}`, '# branch.head (detached)')).branch).toBeNull();
    expect(parseStatus(records('# branch.upstream origin/x')).upstream).toEqual({
      name: 'origin/x',
      ahead: null,
      behind: null,
    });
  });

  test('files, whatever their names hold', () => {
    const modes = `100644 100644 100644 ${hash} ${hash}`;
    const { files } = parseStatus(
      records(
        `1 .M N... ${modes} a b  c.txt`,
        `1 A. N... ${modes} new\nline`,
        `2 R. N... ${modes} R100 to here`,
        'from "there"',
        `u UU N... 100644 100644 100644 100644 ${hash} ${hash} ${hash} both`,
        '? not yet? # 1',
        `1 .M SC.. ${modes} sub`,
        '! ignored',
      ),
    );
    expect(files).toEqual([
      { path: 'a b  c.txt', from: null, index: 'same', worktree: 'modified', submodule: false },
      { path: 'new\nline', from: null, index: 'added', worktree: 'same', submodule: false },
      { path: 'to here', from: 'from "there"', index: 'renamed', worktree: 'same', submodule: false },
      { path: 'both', from: null, index: 'unmerged', worktree: 'unmerged', submodule: false },
      { path: 'not yet? # 1', from: null, index: 'same', worktree: 'untracked', submodule: false },
      { path: 'sub', from: null, index: 'same', worktree: 'modified', submodule: true },
    ]);
  });

  test('what is cut off is passed over', () => {
    const modes = `100644 100644 100644 ${hash} ${hash}`;
    expect(parseStatus(`? whole\0? hal`).files.map(({ path }) => path)).toEqual(['whole']);
    expect(parseStatus(`? whole\0${records(`2 R. N... ${modes} R100 to`)}fro`).files).toHaveLength(1);
  });

  test('never throws', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (list) => {
        expect(parseStatus(list.join('\0')).files.length).toBeLessThanOrEqual(list.length);
        expect(parseStatus(records('1 ', '2', 'u', '?', '#', '# ', ...list)).upstream).toBeNull();
      }),
    );
  });
});
