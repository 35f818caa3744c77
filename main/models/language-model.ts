import type { AccountKind } from '@shared/model/account.ts';
import { type AdapterSettings, serverUrl } from './adapter-settings.ts';
import { anthropic } from './anthropic/messages.ts';
import { openaiChat } from './openai/chat-completions.ts';
import { isOfficialOpenai } from './openai/client.ts';
import { openaiResponses } from './openai/responses.ts';
import type { LanguageModel } from './port.ts';
import { isCompatible } from './ready-model.ts';

/** The adapter of an account. `options.api` ("responses" or "chat") overrules what the host tells (decision 13). */
export function languageModel(
  kind: Exclude<AccountKind, 'demo'>,
  options: Readonly<Record<string, unknown>>,
  account: AdapterSettings,
): LanguageModel {
  const settings = { ...account, compatible: isCompatible(kind) };
  // What has no address is refused before anything is asked of it.
  serverUrl(settings, '');
  if (kind === 'anthropic' || kind === 'anthropic-compat') return anthropic(settings);
  const configured = options['api'];
  const responses =
    configured === 'responses' ||
    (configured !== 'chat' && kind === 'openai' && isOfficialOpenai(settings.baseUrl));
  return responses ? openaiResponses(settings) : openaiChat(settings);
}
