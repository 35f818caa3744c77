import { expect, test } from 'vitest';
import { builtIns } from './built-in.ts';
import { parseTemplate } from './parse-template.ts';

const SMALL = 'name: own\nkind: local\n';

function problems(source: string): string {
  const read = parseTemplate(source);
  return read.ok ? 'none' : read.error.join('\n');
}

test('a file needs a name and a kind; the rest has its defaults, and its id comes from the name', () => {
  const read = parseTemplate(SMALL);
  expect(read).toEqual({
    ok: true,
    value: {
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/),
      name: 'own',
      kind: 'local',
      parameters: [],
      directory: '~/gaffer/{name}',
    },
  });
  expect(parseTemplate(`${SMALL}description: other\n`)).toMatchObject({
    value: { id: read.ok && read.value.id },
  });
});

test('values that YAML reads as numbers and truths are text', () => {
  const read = parseTemplate(`${SMALL}
parameters:
  - { name: cpus, type: number, default: 4, min: 1, max: 16 }
  - { name: deep, type: bool, default: true }
  - { name: size, type: choice, options: [{ value: 1 }, { name: Large, value: 2 }], default: 2 }
`);
  expect(read).toMatchObject({
    value: {
      parameters: [
        { name: 'cpus', default: '4', min: 1, max: 16 },
        { name: 'deep', default: 'true' },
        {
          name: 'size',
          default: '2',
          options: [
            { name: '1', value: '1' },
            { name: 'Large', value: '2' },
          ],
        },
      ],
    },
  });
});

test.each([
  ['', 'The file must hold fields such as "name: …".'],
  ['- a list', 'The file must hold fields such as "name: …".'],
  ['name: [', 'Line 1:'],
  ['name: own\nname: again\nkind: local', 'Line 2:'],
  ['kind: local', 'name: '],
  ['name: Own Name\nkind: local', 'name: must be lower case letters'],
  ['name: -own\nkind: local', 'name: must be'],
  ['name: own\nkind: cloud', 'kind: '],
  [`${SMALL}colour: red`, 'colour'],
  [`${SMALL}id: 7`, 'id: '],
  [`${SMALL}directory: made/{name}`, 'directory: must be absolute'],
  [`${SMALL}directory: ~/../{name}`, 'directory: must be absolute'],
  [`${SMALL}directory: ~/made`, 'directory: must hold {name}'],
  [`${SMALL}directory: ~/{name}/{branch}`, 'nothing else in braces'],
  [`${SMALL}parameters:\n  - name: BRANCH`, 'parameters[0].name: must be lower case'],
  [`${SMALL}parameters:\n  - name: a\n  - name: a`, 'Two parameters are called a.'],
  [`${SMALL}parameters:\n  - { name: a, type: choice }`, 'a is a choice and needs options'],
  [`${SMALL}parameters:\n  - { name: a, options: [{ value: x }] }`, 'takes no options'],
  [
    `${SMALL}parameters:\n  - { name: a, type: choice, options: [{ value: x }], default: y }`,
    'none of its',
  ],
  [`${SMALL}parameters:\n  - { name: a, type: number, validation_regex: x }`, 'takes no validation_regex'],
  [`${SMALL}parameters:\n  - { name: a, validation_regex: "(" }`, 'is no regular expression'],
  [`${SMALL}parameters:\n  - { name: a, type: number, min: 3, max: 1 }`, 'min is above max'],
  [`a: &a [x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b]`, 'The file must hold'],
])('%j is refused with a sentence', (source, sentence) => {
  expect(problems(source)).toContain(sentence);
});

test('what Gaffer brings is in order: names, ids, one of each kind that is made', () => {
  const templates = builtIns.map(({ template }) => template);
  expect(new Set(templates.map(({ id }) => id)).size).toBe(templates.length);
  expect(new Set(templates.map(({ name }) => name)).size).toBe(templates.length);
  const kinds = new Set(templates.map(({ kind }) => kind));
  for (const kind of ['worktree', 'ssh-clone', 'ssh-worktree'] as const) expect(kinds).toContain(kind);
});
