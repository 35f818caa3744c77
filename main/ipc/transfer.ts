import { ok } from '@shared/util/result.ts';
import type { Transfers } from '../transfer/transfers.ts';
import type { CallHandlers, FeedHandlers } from './handlers.ts';

export function transferFeeds(transfers: Transfers): Pick<FeedHandlers, 'transfer.watch'> {
  return { 'transfer.watch': (_input, signal) => transfers.watch(signal) };
}

type TransferCalls = Pick<CallHandlers, Extract<keyof CallHandlers, `transfer.${string}`>>;

export function transferCalls(transfers: Transfers): TransferCalls {
  return {
    'transfer.cancel': async () => {
      transfers.cancel();
      return ok(null);
    },
    'transfer.export': ({ chatId, format }) => transfers.export(chatId, format),
    'transfer.chooseImport': () => transfers.chooseImport(),
    'transfer.import': ({ again }) => transfers.import(again),
  };
}
