import { asId, type ChatId, type ModelConfigId } from '@shared/model/ids.ts';
import { z } from 'zod';
import { defineTool, type Tool, toolError } from '../../tools/define.ts';
import { BASE_SYSTEM_PROMPT } from '../generation/system-prompt.ts';
import { fallbackTitle, normalizeTitle } from '../generation/title.ts';
import type { AgentPlace, NewMessage } from '../machine/types.ts';
import { type AgentToolsDeps, nameOf, refused } from './answers.ts';
import { SUB_AGENT_INSTRUCTION, worktreeInstruction } from './instruction.ts';
import { placeFor } from './place-for.ts';

/** A repeat is safe, the child has the call's key: so it runs beside others, as a read does (CHATD decision 4). */
export function spawnAgent({ store, random, worktrees }: AgentToolsDeps): Tool {
  return defineTool({
    name: 'spawn_agent',
    description:
      'Start a sub-agent: another agent with its own conversation, in your workspace or in a git worktree of its own, that works on one task beside you. Use it for a clearly scoped, independent task that can be described completely: one bug, one module, one migration, one question about a large code base. Do not use it for what one or two direct tool calls solve, or for a step that you must watch. Start several in one step to work in parallel, and give those that edit the same workspace separate files. One with its own worktree works on a branch, which the result names: look at it and merge it yourself. Create the workspace first, if there is none. The sub-agent knows only your prompt, cannot ask you anything and cannot start sub-agents. Returns at once: get its report with wait_agent.',
    effect: 'read',
    rootOnly: true,
    input: z.object({
      prompt: z
        .string()
        .trim()
        .min(1)
        .describe('The whole task: goal, context, files, what to leave alone, what to report.'),
      title: z.string().nullish().describe('A few words for the person. Default: from the prompt.'),
      model_config_id: z.string().nullish().describe('Another model configuration. Default: yours.'),
      reasoning_effort: z
        .enum(['minimal', 'low', 'medium', 'high'])
        .nullish()
        .describe('How long it thinks. Default: as you do.'),
      edits: z.boolean().nullish().describe('Whether the task changes files. Default: not known.'),
      isolation: z
        .enum(['shared', 'worktree'])
        .nullish()
        .describe(
          'Where it works: in your workspace, or in a worktree on a branch of its own, made from the commit that is checked out. Default: a worktree when the task edits and your workspace is a git repository without uncommitted changes, else shared.',
        ),
    }),
    describe: ({ prompt, title }) => ({
      verb: 'Delegate',
      doing: 'Delegating',
      subject: title || fallbackTitle(prompt),
      content: prompt,
    }),
    access: () => ({ kind: 'free' }),
    async run(input, context) {
      const { chatId, runnerId, key } = context;
      const given = input.title ? normalizeTitle(input.title) : null;
      const modelConfigId = z.guid().nullish().safeParse(input.model_config_id);
      if (!modelConfigId.success) return toolError('The parameter "model_config_id" is no id.');
      const title = given ?? fallbackTitle(input.prompt);
      const own = await placeFor(input, title, { worktrees, context });
      if (!own.ok) return toolError(own.error);
      const place = own.value;
      const spawned = await store.call('spawnAgent', {
        parentId: chatId,
        runnerId,
        key,
        childId: asId<ChatId>(random.uuid()),
        title,
        titleSource: given ? 'model' : 'fallback',
        modelConfigId: modelConfigId.data ? asId<ModelConfigId>(modelConfigId.data) : null,
        effort: input.reasoning_effort ?? null,
        ...(place ? { place } : {}),
        messages: beginning(input.prompt, place),
      });
      if (!spawned.ok) return refused(spawned.error, chatId);
      return { result: nameOf(spawned.value), isError: false, settled: true };
    },
  });
}

/** What the child starts with. */
function beginning(prompt: string, place: AgentPlace | null): readonly NewMessage[] {
  const where = place ? `\n${worktreeInstruction(place)}` : '';
  return [hidden(BASE_SYSTEM_PROMPT), hidden(`${SUB_AGENT_INSTRUCTION}${where}`), asked(prompt)];
}

function hidden(text: string): NewMessage {
  return { role: 'system', content: [{ type: 'text', text }], visibility: 'model' };
}

function asked(text: string): NewMessage {
  return { role: 'user', content: [{ type: 'text', text }] };
}
