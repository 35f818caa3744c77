import { asId, type WorkspaceId } from '@shared/model/ids.ts';
import { expect, test } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import type { StepChat } from './ports.ts';
import { createToolbox } from './toolbox.ts';

const chat = { workspaceId: asId<WorkspaceId>('host-folder'), dynamicTools: [] } as unknown as StepChat;

test('a stop does not wait for a host that is still being dialled for its instruction files', async () => {
  const toolbox = createToolbox({
    tools: [],
    connectionFor: () => new Promise(() => {}),
    modeOf: () => 'ask',
    onEffect: () => {},
    rules: { loadFor: () => Promise.resolve([]), used() {} },
    mask: (text) => text,
    clock: systemClock,
    log: silentLog,
  });
  const stopped = new Error('stopped');
  const asked = new AbortController();
  const texts = toolbox.instructions(chat, asked.signal);
  asked.abort(stopped);
  await expect(texts).rejects.toBe(stopped);
});
