import type { ToolResultPart } from '@shared/model/part.ts';
import { expect, test } from 'vitest';
import { placeToolView } from './place-tool.ts';
import { type ToolFacts, toolView } from './tool-view.ts';

const facts = (tool: string, args: unknown, result: unknown): ToolFacts => {
  const part = { type: 'tool-result', tool_call_id: 'c', tool_name: tool, result } as ToolResultPart;
  return {
    tool,
    args,
    result: result === undefined ? null : part,
    log: '',
    ledger: null,
    writing: result === undefined,
    busy: true,
  };
};

test.each([
  ['list_templates', { query: 'go' }, { templates: [] }, 'Listed templates for “go”'],
  ['list_templates', {}, undefined, 'Listing templates'],
  ['read_template', { template_id: 't1' }, undefined, 'Reading template t1'],
  ['read_template', { template_id: 't1' }, { template: { name: 'worktree' } }, 'Read template worktree'],
  ['create_workspace', { name: 'fix' }, undefined, 'Making workspace fix'],
  ['create_workspace', {}, { created: true, workspace_name: 'fix-1' }, 'Made workspace fix-1'],
  ['create_workspace', {}, { created: false, workspace_name: 'fix-1' }, 'Found workspace fix-1'],
  ['start_workspace', {}, { started: true, workspace_name: 'fix-1' }, 'Started workspace fix-1'],
  ['stop_workspace', {}, undefined, 'Stopping a workspace'],
] as const)('%s says what it does: %o, %o', (tool, ...[args, result, words]) => {
  const { verb, object } = toolView(facts(tool, args, result));
  expect(`${verb} ${object}`).toBe(words);
});

test('the place, what it is made from, and what the tool adds', () => {
  const args = { template_id: 't1', parameters: { repository: '/src' } };
  const result = { created: true, workspace_id: 'w1', agent_error: 'Not yet.' };
  expect(placeToolView(facts('create_workspace', args, result))).toEqual({
    workspaceId: 'w1',
    templateId: 't1',
    parameters: ['repository: /src'],
    message: 'Not yet.',
  });
  expect(placeToolView(facts('stop_workspace', {}, undefined))).toEqual({
    workspaceId: null,
    templateId: null,
    parameters: [],
    message: '',
  });
});
