import { expect, test } from 'vitest';
import { FIRST_SIDEBAR, readSidebar } from './sidebar.ts';
import { readTreeView } from './tree-view.ts';

test('what an earlier window wrote of the sidebar is taken, and anything else is as if nothing were there', () => {
  const first = { hidden: false, width: FIRST_SIDEBAR };
  expect(readSidebar('{"hidden":true,"width":300}')).toEqual({ hidden: true, width: 300 });
  expect(readSidebar('hidden')).toEqual({ hidden: true, width: FIRST_SIDEBAR });
  for (const text of [null, 'shown', '{', '{"width":9000}', '{"hidden":"yes"}'])
    expect(readSidebar(text)).toEqual(first);
});

test('the same of the tree', () => {
  const first = { grouping: 'workspace', toggled: {} };
  const kept = { grouping: 'date', toggled: { older: true } };
  expect(readTreeView(JSON.stringify(kept))).toEqual(kept);
  for (const text of [null, '', 'null', '{"grouping":"colour","toggled":{"a":1}}'])
    expect(readTreeView(text)).toEqual(first);
});
