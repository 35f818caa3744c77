import type { ModelChoice, ModelSettings } from '@shared/model/account.ts';
import { call } from '../../../lib/bridge.ts';

/** Answers why it could not be saved; null: it is. */
export async function saveModel({ id }: ModelChoice, settings: ModelSettings): Promise<string | null> {
  const answer = await call('models.update', {
    modelConfigId: id,
    settings: { ...settings, providerOptions: { ...settings.providerOptions } },
  });
  return answer.ok ? null : answer.error.message;
}
