import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { asId, type ChatId } from '@shared/model/ids.ts';
import type { TestAgent } from '../../agent-client/test-agent.ts';
import type { WorkspaceConnection } from '../../workspaces/connection.ts';

/** A workspace with a difficult name on a real agent, for one test. */
export interface RealPlace {
  readonly connection: WorkspaceConnection;
  /** A directory beside the workspace. */
  readonly elsewhere: string;
  readonly chatId: ChatId;
}

let opened = 0;

/** Tests share the agent, never a directory or a chat. */
export async function openRealPlace(agent: TestAgent): Promise<RealPlace> {
  opened += 1;
  const base = path.join(agent.dir, `test ${opened}`);
  const directory = path.join(base, 'my wörk "日本"');
  const elsewhere = path.join(base, 'elsewhere');
  await mkdir(directory, { recursive: true });
  await mkdir(elsewhere);
  const { client } = agent;
  return {
    connection: { client, directory, host: 'this computer', platform: process.platform, link: null },
    elsewhere,
    chatId: asId<ChatId>(randomUUID()),
  };
}

/** Resolves when `holds` does; the test's own time limit bounds it. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10));
}
