import { asId, type TemplateId } from '@shared/model/ids.ts';
import { expect, test } from 'vitest';
import { silentLog } from '../../base/log.ts';
import { connectionTo, fakeAgent, runContext } from '../testing/fake-agent.ts';
import { listTemplatesTool } from './list-templates.ts';

const NAMES = Array.from({ length: 23 }, (_, at) => `t${String(at).padStart(2, '0')}`);

function toolOver(names: readonly string[], uses: Readonly<Record<string, number>> | 'broken') {
  const id = (name: string) => asId<TemplateId>(`id-${name}`);
  return listTemplatesTool({
    shelf: {
      list: () =>
        names.map((name) => ({
          template: {
            id: id(name),
            name,
            kind: 'local',
            description: name === 't05' ? 'x'.repeat(300) : `about ${name}`,
            parameters: [],
            directory: '~/{name}',
          },
          source: 'user',
        })),
      get: () => null,
      broken: () => [],
      async *changes() {},
    },
    makings: {
      countUses: async () => {
        if (uses === 'broken') throw new Error('no database');
        return Object.entries(uses).map(([name, workspaces]) => {
          return { templateId: id(name), workspaces, developers: 1 };
        });
      },
    },
    log: silentLog,
  });
}

async function list(tool: ReturnType<typeof toolOver>, args: object) {
  const prepared = tool.prepare(args);
  if (!prepared.ok) throw new Error(prepared.error);
  const { result } = await prepared.value.run(runContext(connectionTo(fakeAgent())));
  return result as Record<string, unknown> & { templates: readonly Record<string, unknown>[] };
}

test('#326 pages of ten, most used first, then by name; a page past the end is empty with the same totals', async () => {
  const tool = toolOver(NAMES.toReversed(), { t20: 2, t07: 5 });
  const first = await list(tool, {});
  expect(first).toMatchObject({ count: 10, page: 1, total_pages: 3, total_count: 23 });
  expect(first.templates.map(({ name }) => name)).toEqual(['t07', 't20', ...NAMES.slice(0, 7), 't08']);
  expect(first.templates[0]).toEqual({
    id: 'id-t07',
    name: 't07',
    description: 'about t07',
    active_developers: 1,
    active_workspaces: 5,
  });
  expect(first.templates[2]).toEqual({ id: 'id-t00', name: 't00', description: 'about t00' });
  expect(first.templates.find(({ name }) => name === 't05')?.description).toBe(`${'x'.repeat(199)}…`);
  expect(await list(tool, { page: 0 })).toEqual(first);
  expect(await list(tool, { page: -4 })).toEqual(first);
  expect(await list(tool, { page: 3 })).toMatchObject({ count: 3, page: 3, total_pages: 3 });
  expect(await list(tool, { page: 4 })).toEqual({
    templates: [],
    count: 0,
    page: 4,
    total_pages: 3,
    total_count: 23,
  });
});

test('a query looks into names and descriptions; a count that fails is a count of nothing', async () => {
  const tool = toolOver(NAMES, 'broken');
  expect(await list(tool, { query: 'ABOUT T1' })).toMatchObject({ total_count: 10, total_pages: 1 });
  expect(await list(tool, { query: 'nothing' })).toEqual({
    templates: [],
    count: 0,
    page: 1,
    total_pages: 1,
    total_count: 0,
  });
  expect((await list(tool, {})).templates[0]).toMatchObject({ name: 't00' });
});
