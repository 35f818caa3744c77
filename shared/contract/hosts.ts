import { z } from 'zod';
import type { ConnectTrace, HostQuestion, HostRemoval, HostSummary } from '../model/host.ts';
import type { HostId } from '../model/ids.ts';
import { call, feed, is } from './define.ts';
import * as s from './schemas.ts';

/** A host that may be meant: of the SSH configuration, or one that was used before. */
export interface HostSuggestion {
  /** What goes into the form. */
  readonly target: string;
  /** Where a name of the configuration leads, as far as it says so: "dev@10.0.4.7". */
  readonly leadsTo: string | null;
  readonly from: 'config' | 'used';
  /** The key file that was given for it. */
  readonly identityFile: string | null;
}

/** Where a remembered answer is now; `nowhere` also when it could not be written. */
export type Kept = 'nowhere' | 'in-memory' | 'in-key-store';

const target = z.string().trim().min(1).max(300);

const answer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('host-key'), accept: z.boolean() }),
  z.object({
    kind: z.literal('sign-in'),
    values: z.array(z.string().max(4096)).max(100),
    remember: z.boolean(),
  }),
  z.object({ kind: z.literal('cancel') }),
]);

export const hostsContract = {
  /** All hosts, again whenever one of them or its link changes. */
  'hosts.watch': feed({ input: z.object({}), event: is<readonly HostSummary[]>() }),
  /** What connections wait for, the oldest first, again at every change. */
  'hosts.questions': feed({ input: z.object({}), event: is<readonly HostQuestion[]>() }),
  /** The first answer counts, whichever window gave it. */
  'hosts.answer': call({
    input: z.object({ questionId: z.uuid(), answer }),
    output: is<{ kept: Kept }>(),
    errors: ['gone', 'bad-answer'],
  }),
  'hosts.suggest': call({ input: z.object({}), output: is<readonly HostSuggestion[]>() }),
  /** The last attempt to connect, live; null: none in this run. */
  'hosts.trace': feed({ input: z.object({ target }), event: is<ConnectTrace | null>() }),
  /** Connects now, also a host without workspaces; what comes of it, its trace tells. */
  'hosts.diagnose': call({
    input: z.object({ target, identityFile: z.string().max(4096).optional() }),
    output: is<null>(),
    errors: ['bad-target'],
  }),
  /** The host of this name: at once when it is known, else connects first, and only then it is remembered. */
  'hosts.open': call({
    input: z.object({ target }),
    output: is<{ hostId: HostId }>(),
    errors: ['bad-target', 'unreachable', 'host-key', 'auth', 'not-a-folder', 'agent', 'cancelled'],
  }),
  /** Gives up what `workspaces.openSsh`, `hosts.open` and `hosts.diagnose` began for it; a host with workspaces goes on. */
  'hosts.cancel': call({ input: z.object({ target }), output: is<null>() }),
  'hosts.reconnect': call({
    input: z.object({ hostId: s.hostId }),
    output: is<null>(),
    errors: ['not-found'],
  }),
  'hosts.setForwardAgent': call({
    input: z.object({ hostId: s.hostId, forwardAgent: z.boolean() }),
    output: is<null>(),
    errors: ['not-found'],
  }),
  /** Everything that was typed at a prompt of this host and is remembered. */
  'hosts.forgetSecrets': call({
    input: z.object({ hostId: s.hostId }),
    output: is<null>(),
    errors: ['not-found'],
  }),
  /** Ends the agent there and deletes all that Gaffer put there. `force`: also while commands run. */
  'hosts.remove': call({
    input: z.object({ hostId: s.hostId, force: z.boolean() }),
    output: is<HostRemoval>(),
    errors: ['not-found', 'unreachable'],
  }),
};
