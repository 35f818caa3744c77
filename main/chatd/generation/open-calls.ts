import type { Price } from '@shared/model/account.ts';
import type { ChatId } from '@shared/model/ids.ts';
import type { LivePart } from '@shared/model/part.ts';
import { costMicros } from '../../models/price.ts';
import { textTokens } from './estimate.ts';

/** A model call that has been sent and is not committed. */
export interface OpenCall {
  readonly historyVersion: number;
  readonly promptTokens: number;
  readonly price: Price | null;
}

/** What an interrupted call is charged by: the database knows its estimate only (CHATD decision 18). */
export interface OpenCalls {
  put(chatId: ChatId, call: OpenCall): void;
  remove(chatId: ChatId): void;
  /** The call of this history that was cut off, once; null: none was open in this process. */
  take(chatId: ChatId, historyVersion: number): OpenCall | null;
}

export function createOpenCalls(): OpenCalls {
  const open = new Map<ChatId, OpenCall>();
  return {
    put: (chatId, call) => void open.set(chatId, call),
    remove: (chatId) => void open.delete(chatId),
    take(chatId, historyVersion) {
      const call = open.get(chatId);
      open.delete(chatId);
      return call?.historyVersion === historyVersion ? call : null;
    },
  };
}

/** The prompt as estimated and what had streamed; null without a call or a price. */
export function interruptedCost(call: OpenCall | null, parts: readonly LivePart[]): number | null {
  if (!call) return null;
  const output = textTokens(parts.map(streamedText).join(''));
  return costMicros({ usage: null, estimate: { input: call.promptTokens, output } }, call.price);
}

function streamedText(part: LivePart): string {
  if (part.type === 'tool-call') return part.args_delta ?? '';
  return part.type === 'tool-result' ? (part.result_delta ?? '') : part.text;
}
