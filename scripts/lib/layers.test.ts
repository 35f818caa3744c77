import { expect, test } from 'vitest';
import { importsIn, judge } from './layers.ts';

const breaches = (file: string, ...imports: string[]) =>
  judge({ file, lines: 1, imports }).map((b) => b.imports);

test('every way of importing is seen', () => {
  const text = `import a from 'a';
import {
  type B,
  c,
} from "./b.ts";
import 'side-effect';
export * from '../d.ts';
export const lazy = () => import('./e.ts');
const text = "import x from 'not-code-but-a-line'";`;
  expect(importsIn(text)).toEqual(['a', './b.ts', 'side-effect', '../d.ts', './e.ts']);
});

test('inside main each folder imports itself and what stands to its right', () => {
  expect(
    breaches('main/chatd/worker/worker.ts', '../../db/store.ts', '../stream/hints.ts', './other.ts'),
  ).toEqual([]);
  expect(breaches('main/db/open.ts', '../chatd/machine/types.ts')).toHaveLength(1);
  expect(breaches('main/chatd/machine/types.ts', '../worker/worker.ts')).toHaveLength(1);
  expect(breaches('main/daemon.ts', './shell/log-file.ts', './base/clock.ts')).toEqual([]);
  expect(breaches('main/base/clock.ts', '../daemon.ts')).toHaveLength(1);
  expect(breaches('main/strange/x.ts', '../base/clock.ts')).toHaveLength(1);
});

test('processes see each other through shared only', () => {
  expect(breaches('renderer/state/chats.ts', '@shared/model/chat.ts', 'zustand')).toEqual([]);
  expect(breaches('renderer/state/chats.ts', '../../main/db/store.ts', 'node:fs', 'electron')).toHaveLength(
    3,
  );
  expect(breaches('shared/model/chat.ts', 'zod', './ids.ts')).toEqual([]);
  expect(breaches('shared/model/chat.ts', 'react', '../contract/define.ts', 'node:path')).toHaveLength(3);
  expect(breaches('agent/serve/http.ts', '@shared/agent-protocol/index.ts')).toEqual([]);
  expect(breaches('agent/serve/http.ts', '@shared/model/chat.ts')).toHaveLength(1);
});

test('electron belongs to the shell', () => {
  expect(breaches('main/shell/menu.ts', 'electron')).toEqual([]);
  expect(breaches('main/index.ts', 'electron')).toEqual([]);
  expect(breaches('main/daemon.ts', 'electron')).toHaveLength(1);
});

test('a feature never imports another feature', () => {
  expect(breaches('renderer/features/chats/tree.tsx', './row.tsx', '../../ui/button.tsx')).toEqual([]);
  expect(breaches('renderer/features/chats/tree.tsx', '../composer/composer.tsx')).toHaveLength(1);
});

test('tests may cross lines, not processes', () => {
  expect(breaches('main/db/open.int.test.ts', '../chatd/machine/types.ts', 'electron')).toEqual([]);
  expect(breaches('main/ssh/connect.int.test.ts', '../../e2e/fixtures/sshd.ts')).toEqual([]);
  expect(breaches('renderer/lib/diff.test.ts', '../../main/db/store.ts')).toHaveLength(1);
});
