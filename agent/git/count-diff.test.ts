import { expect, it } from 'vitest';
import { countDiff } from './count-diff.ts';

const diff = [
  'diff --git a/a.txt b/a.txt',
  '--- a/a.txt',
  '+++ b/a.txt',
  '@@ -1,2 +1,3 @@',
  ' one',
  '--- two',
  '+++ three',
  '+diff --git a/x b/x',
  '\\ No newline at end of file',
  'diff --git a/b.bin b/b.bin',
  'Binary files a/b.bin and b/b.bin differ',
  'diff --git a/c.txt b/c.txt',
  'new file mode 100644',
  '--- /dev/null',
  '+++ b/c.txt',
  '@@ -0,0 +1 @@',
  '+c',
  '',
].join('\n');

it('counts lines by their hunks: a line may look like a header', () => {
  expect(countDiff(diff)).toEqual({ additions: 3, deletions: 1, changed_files: 3 });
  expect(countDiff('')).toEqual({ additions: 0, deletions: 0, changed_files: 0 });
});
