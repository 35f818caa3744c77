import { expect, test } from 'vitest';
import { copyOf, lineOfProblem } from './template-text.ts';

const TEXT = `id: 1
name: worktree
display_name: Branch
kind: worktree
parameters:
  - name: repository
    type: string
  - name: base
    type: strng
provision: |
  echo
`;

test('a copy has an id and a name of its own', () => {
  expect(copyOf(TEXT, [], 'new')).toMatch(
    /^id: new\nname: worktree-copy\ndisplay_name: Branch \(copy\)\nkind: worktree\n/,
  );
  expect(copyOf(TEXT, ['worktree-copy'], 'new')).toContain('\nname: worktree-copy-2\n');
  expect(copyOf('display_name: "A: b"\n', [], 'new')).toContain('display_name: "A: b (copy)"');
});

test.each([
  ['kind: is none of them.', 4],
  ['parameters[1].type: is none of them.', 9],
  ['parameters[0].min: is too small.', 6],
  ['parameters: there are too many.', 5],
  ['directory: is required.', null],
  ['The file must hold fields.', null],
])('%s stands in line %s', (problem, line) => {
  expect(lineOfProblem(TEXT, problem)).toBe(line);
});
