import type { Terminals } from '../workspaces/terminals.ts';
import type { CallHandlers, FeedHandlers } from './handlers.ts';

type TerminalCalls = Pick<CallHandlers, Extract<keyof CallHandlers, `terminal.${string}`>>;
type TerminalFeeds = Pick<FeedHandlers, 'terminals.watch' | 'terminal.output'>;

export function terminalFeeds(terminals: Terminals): TerminalFeeds {
  return {
    'terminals.watch': ({ workspaceId }, signal) => terminals.watch(workspaceId, signal),
    'terminal.output': ({ after, ...one }, signal) => terminals.output(one, after, signal),
  };
}

export function terminalCalls(terminals: Terminals): TerminalCalls {
  return {
    'terminal.open': ({ cols, rows, directory, ...one }) =>
      terminals.open(one, { cols, rows }, directory ?? null),
    // Not after an await: the order of the calls is the order of the keys.
    'terminal.input': ({ bytes, ...one }) => terminals.type(one, bytes),
    'terminal.resize': ({ cols, rows, ...one }) => terminals.resize(one, { cols, rows }),
    'terminal.close': (one) => terminals.close(one),
  };
}
