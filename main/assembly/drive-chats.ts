import type { ChatId, OwnerId } from '@shared/model/ids.ts';
import type { Mask } from '../base/mask.ts';
import { createSlots, type FairSlots } from '../base/slots.ts';
import { createAgentTools } from '../chatd/agents/agent-tools.ts';
import { createAgentWorktrees } from '../chatd/agents/agent-worktrees.ts';
import type { Attention } from '../chatd/generation/attention.ts';
import { chatPlaces } from '../chatd/generation/chat-places.ts';
import type { Toolbox } from '../chatd/generation/ports.ts';
import { createToolbox } from '../chatd/generation/toolbox.ts';
import { type ChatWorker, startWorker, type WorkerDeps } from '../chatd/worker/worker.ts';
import type { DatabaseFaultCode } from '../db/fault.ts';
import type { Git } from '../git/git.ts';
import { waitingLink } from '../git/waiting-link.ts';
import type { Models } from '../models/accounts.ts';
import { searchHistory } from '../search/search-history.ts';
import type { Searching } from '../search/searching.ts';
import { workspaceTools } from '../tools/registry.ts';
import { createWorkspaceTools } from '../tools/workspaces/workspace-tools.ts';
import type { Places } from '../workspaces/registry.ts';
import type { RuleBook } from '../workspaces/rule-book.ts';

/** Open model calls: in all, and per provider (CHATD decision 16). */
const MODEL_CALLS = 24;
const MODEL_CALLS_PER_PROVIDER = 8;
const RUNNING_TOOLS = 16;
type Chosen =
  | 'resolveModel'
  | 'lacking'
  | 'toolbox'
  | 'modelSlots'
  | 'toolSlots'
  | 'onAttention'
  | 'onRefused';
interface DriveParts extends Omit<WorkerDeps, Chosen> {
  readonly models: Models;
  readonly mask: Mask;
  readonly searching: Searching;
  readonly places: Places & { readonly git: Git };
  readonly ownerId: OwnerId;
  readonly rules: RuleBook;
  readonly face: { readonly attention: Attention; onRefused(code: DatabaseFaultCode): void };
}

export function driveChats({ models, places, rules, face, mask, searching, ...base }: DriveParts): {
  readonly worker: ChatWorker;
  readonly toolbox: Toolbox;
} {
  const { workspaces, git } = places;
  const worktrees = createAgentWorktrees({ ...base, ...places });
  const toolbox = createToolbox({
    tools: [
      ...workspaceTools,
      ...createWorkspaceTools({ ...places, chats: chatPlaces(base.store, base.ownerId), log: base.log }),
      ...createAgentTools({ ...base, worktrees }),
      searchHistory(searching),
    ],
    connectionFor: async (id, chatId) => {
      if (chatId === null) return workspaces.connectionFor(id);
      // A message may be sent to a workspace that is still being made: its tools wait.
      if (id) await places.maker.whenMade(id);
      const connection = await workspaces.connectionFor(id);
      return { ...connection, link: waitingLink(git.questions, chatId, connection.link) };
    },
    modeOf: (id) => workspaces.modeOf(id),
    placeOf: (id) => workspaces.placeOf(id),
    trust: workspaces,
    rules,
    onEffect(effect) {
      workspaces.refresh(effect.workspaceId);
      git.onEffect(effect);
    },
    mask: mask.text,
    clock: base.clock,
    log: base.log,
  });
  const toolSlots = createSlots(RUNNING_TOOLS);
  const worker = startWorker({
    ...base,
    resolveModel: (id) => models.resolve(id),
    lacking: () => models.lacking(),
    toolbox,
    modelSlots: slotsByProvider(),
    toolSlots: (tree) => toolSlots.of(tree),
    onAttention: (chatId, why) => face.attention.report(chatId, why),
    onRefused: (code) => face.onRefused(code),
  });
  return { worker, toolbox };
}

function slotsByProvider() {
  const all = createSlots(MODEL_CALLS);
  const byProvider = new Map<string, FairSlots>();
  return (provider: string, tree: ChatId) => {
    const own = byProvider.get(provider) ?? createSlots(MODEL_CALLS_PER_PROVIDER);
    byProvider.set(provider, own);
    return [own.of(tree), all.of(tree)];
  };
}
