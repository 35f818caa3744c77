import type { Result } from '../util/result.ts';
import { accountsContract } from './accounts.ts';
import { appContract } from './app.ts';
import { attachmentsContract } from './attachments.ts';
import { backupsContract } from './backups.ts';
import { changesContract } from './changes.ts';
import { chatsContract } from './chats.ts';
import type { CallFailure, ErrorOf, EventOf, InputOf, OutputOf, ParsedOf } from './define.ts';
import { filesContract } from './files.ts';
import { gitContract } from './git.ts';
import { hostsContract } from './hosts.ts';
import { processesContract } from './processes.ts';
import { rulesContract } from './rules.ts';
import { searchContract } from './search.ts';
import { templatesContract } from './templates.ts';
import { terminalsContract } from './terminals.ts';
import { transferContract } from './transfer.ts';
import { usageContract } from './usage.ts';
import { workspacesContract } from './workspaces.ts';

/** Everything that the window can ask of the main process. */
export const contract = {
  ...appContract,
  ...accountsContract,
  ...usageContract,
  ...chatsContract,
  ...attachmentsContract,
  ...rulesContract,
  ...workspacesContract,
  ...templatesContract,
  ...terminalsContract,
  ...processesContract,
  ...filesContract,
  ...changesContract,
  ...hostsContract,
  ...gitContract,
  ...searchContract,
  ...transferContract,
  ...backupsContract,
};

export type Contract = typeof contract;
type NamesOf<K> = { [N in keyof Contract]: Contract[N] extends { kind: K } ? N : never }[keyof Contract];
export type CallName = NamesOf<'call'>;
export type FeedName = NamesOf<'feed'>;

export type CallInput<N extends CallName> = InputOf<Contract[N]>;
export type CallOutput<N extends CallName> = OutputOf<Contract[N]>;
export type CallResult<N extends CallName> = Result<
  OutputOf<Contract[N]>,
  CallFailure<ErrorOf<Contract[N]>>
>;
export type FeedInput<N extends FeedName> = InputOf<Contract[N]>;
export type FeedEvent<N extends FeedName> = EventOf<Contract[N]>;

/** Inputs as main's handlers get them: parsed. */
export type CallParsed<N extends CallName> = ParsedOf<Contract[N]>;
export type FeedParsed<N extends FeedName> = ParsedOf<Contract[N]>;
