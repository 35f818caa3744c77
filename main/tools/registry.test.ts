import { expect, test } from 'vitest';
import { prepareCall } from './prepare-call.ts';
import { toolSpecs, workspaceTools } from './registry.ts';

const errorOf = (name: string, args: unknown, invalidArgs?: string) => {
  const prepared = prepareCall(workspaceTools, { name, args, invalidArgs });
  return prepared.ok ? null : prepared.error;
};

test('every tool has its name once and a schema that providers take', () => {
  const specs = toolSpecs(workspaceTools);
  expect(specs.map((spec) => spec.name)).toEqual([
    'read_file',
    'write_file',
    'edit_files',
    'execute',
    'process_output',
    'process_list',
    'process_signal',
  ]);
  for (const { parameters } of specs) {
    expect(parameters).toMatchObject({ type: 'object' });
    expect(parameters).not.toHaveProperty('$schema');
  }
  expect(specs[0]?.parameters).toMatchObject({ required: ['path'] });
  expect(specs[3]?.parameters).toMatchObject({ required: ['command'] });
});

test('unknown properties are ignored and null stands for what is left out', () => {
  const prepared = prepareCall(workspaceTools, {
    name: 'read_file',
    args: { path: 'a.txt', offset: null, limit: null, because: 'I like it' },
  });
  expect(prepared).toMatchObject({ ok: true, value: { input: { path: 'a.txt' } } });
});

test('what is missing or wrong is named', () => {
  expect(errorOf('read_file', {})).toBe('The parameter "path" is required.');
  expect(errorOf('edit_files', { files: [{ path: 'a' }] })).toBe(
    'The parameter "files[0].edits" is required.',
  );
  expect(errorOf('read_file', { path: 'a', offset: 'one' })).toContain('"offset"');
  expect(errorOf('edit_files', { files: [] })).toContain('"files"');
  expect(errorOf('process_signal', { process_id: 'p', signal: 'stop' })).toContain('"signal"');
  expect(errorOf('read_file', ['a'])).toBe('The arguments must be a JSON object.');
});

test('an unknown tool and text that is not JSON are answers', () => {
  expect(errorOf('fly', {})).toBe('Tool not found: fly');
  expect(errorOf('read_file', {}, '{"path": ')).toContain('not valid JSON');
});

test('a description says what is asked for', () => {
  const prepared = prepareCall(workspaceTools, {
    name: 'edit_files',
    args: { files: [{ path: 'a.ts', edits: [{ search: 'one\ntwo', replace: 'three' }] }] },
  });
  expect(prepared).toMatchObject({
    value: { view: { verb: 'Edit', subject: 'a.ts', content: '- one\n- two\n+ three' } },
  });
});
