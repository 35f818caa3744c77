import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Page } from '@playwright/test';
import type { ChatId, WorkspaceId } from '@shared/model/ids.ts';
import type { RunningApp } from '../fixtures/app.ts';
import type { Conversation } from '../fixtures/conversation.ts';
import { type Desk, expect } from '../fixtures/desk.ts';
import type { ModelServer } from '../fixtures/model-server.ts';
import type { Repository } from '../fixtures/repository.ts';
import { isTurn } from '../fixtures/script.ts';
import { ask } from '../fixtures/window-calls.ts';
import { fillApiServer } from './api-server.ts';
import {
  BISECT,
  FLAKY,
  LIMITS,
  NOTES,
  OUTBOX,
  type Part,
  SOFTMAX,
  scriptParts,
  UPGRADE,
} from './scripts.ts';

/** A crew at work, as the design's pictures show it, with everything real but the model. */
export interface World {
  readonly app: RunningApp;
  readonly page: Page;
  readonly chat: Conversation;
  readonly server: ModelServer;
  /** The chats that were begun. */
  readonly ids: ReadonlyMap<Part, ChatId>;
}

/** Some chats run, one asks, one waits for its provider, one has failed, the others rest. */
export async function startWorld(desk: Desk): Promise<World> {
  const [api, kernels, notes] = ['api-server', 'kernels', 'notes'].map((name) => desk.repository(name));
  if (!api || !kernels || !notes) throw new Error('three repositories were asked for');
  fillApiServer(api);
  scriptParts(desk.server);
  const { app, chat } = await desk.start({
    provider: 'anthropic',
    folder: api.directory,
    homeDir: homeOf(api),
    approvals: 'edit',
  });
  const page = app.window;
  await page.setViewportSize({ width: 1280, height: 820 });
  await expect(chat.message).toBeVisible();
  const placeOf = async (at: string) =>
    (await ask(page, 'workspaces.openFolder', { path: at })).workspaceId;
  const apiPlace = await placeOf(api.directory);
  const ids = new Map<Part, ChatId>();
  const tell = async (part: Part, workspaceId: WorkspaceId) =>
    void ids.set(part, await begin(page, part, workspaceId));
  const ofTurn = (part: Part) => (request: Parameters<typeof isTurn>[0]) =>
    isTurn(request) && JSON.stringify(request.body).includes(part.told);

  await tell(NOTES, await placeOf(notes.directory));
  await expect(chat.chat(NOTES.title)).toHaveAccessibleName(/Finished/, { timeout: 60_000 });
  desk.server.faults.next({ kind: 'status', status: 401 }, { match: ofTurn(SOFTMAX) });
  await tell(SOFTMAX, await placeOf(kernels.directory));
  await expect(chat.chat(SOFTMAX.title)).toHaveAccessibleName(/refused the key/, { timeout: 60_000 });
  await tell(OUTBOX, apiPlace);
  await tell(UPGRADE, apiPlace);
  await allowByRule(chat, UPGRADE);
  for (const { title } of [OUTBOX, UPGRADE])
    await expect(chat.chat(title)).toHaveAccessibleName(/Finished/, { timeout: 60_000 });
  desk.server.faults.next({ kind: 'status', status: 429, retryAfter: 3_000 }, { match: ofTurn(LIMITS) });
  await tell(LIMITS, apiPlace);
  await expect(chat.chat(LIMITS.title)).toHaveAccessibleName(/Retrying/, { timeout: 60_000 });
  await ask(page, 'workspaces.setMode', { workspaceId: apiPlace, mode: 'edit' });
  await tell(BISECT, apiPlace);
  await expect(chat.chat(BISECT.title)).toHaveAccessibleName(/Asks/, { timeout: 60_000 });
  await ask(page, 'workspaces.setMode', { workspaceId: apiPlace, mode: 'auto' });
  await tell(FLAKY, apiPlace);
  // What was read rests without a mark, as in the life of a person.
  await open(chat, OUTBOX);
  await expect(chat.agent.last()).toContainText('See the pattern');
  await open(chat, FLAKY);
  await expect(chat.tool('execute')).toContainText('run 31 of 50', { timeout: 60_000 });
  await ask(page, 'workspaces.setMode', { workspaceId: apiPlace, mode: 'edit' });
  return { app, page, chat, server: desk.server, ids };
}

/** Nothing yet but a folder: what a person sees who has just come. */
export async function startFresh(desk: Desk): Promise<World> {
  const api = desk.repository('api-server');
  fillApiServer(api);
  const { app, chat } = await desk.start({
    provider: 'anthropic',
    folder: api.directory,
    homeDir: homeOf(api),
  });
  await app.window.setViewportSize({ width: 1280, height: 820 });
  await expect(chat.message).toBeVisible({ timeout: 60_000 });
  return { app, page: app.window, chat, server: desk.server, ids: new Map() };
}

/** The folder stands in the home of who works in it: a picture shows the same path on every machine. */
function homeOf({ directory }: Repository): string {
  return path.dirname(directory);
}

async function begin(page: Page, { told }: Part, workspaceId: WorkspaceId): Promise<ChatId> {
  return (await ask(page, 'chat.create', { workspaceId, text: told, sendKey: randomUUID() })).chatId;
}

/** From the inbox: who has not opened a chat has not seen it. */
async function allowByRule(chat: Conversation, { title }: Part): Promise<void> {
  const { page } = chat;
  await expect(chat.chat(title)).toHaveAccessibleName(/Asks/, { timeout: 60_000 });
  await page.getByRole('button', { name: /^Inbox/ }).click();
  const addRule = page.getByRole('region', { name: 'Inbox' }).getByRole('button', { name: 'Add rule' });
  await expect(addRule).toHaveAttribute('aria-disabled', 'false');
  await addRule.click();
  await page.getByRole('button', { name: 'Add rule and allow' }).click();
}

/** Shows a chat of the scenes. */
export async function open(chat: Conversation, part: Part): Promise<void> {
  await chat.chat(part.title).click();
  await expect(chat.page.getByRole('banner').getByRole('heading')).toHaveText(part.title);
}
