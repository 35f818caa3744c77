import type { CallFailure } from '@shared/contract/define.ts';
import { err, ok, type Result } from '@shared/util/result.ts';
import { openForge } from './open-forge.ts';
import { ForgeError } from './port.ts';
import type { Fetch } from './read-json.ts';
import type { ForgeSite } from './sites.ts';

const WITHIN_MS = 20_000;

export type CheckToken = (
  site: ForgeSite,
  token: string,
) => Promise<Result<{ login: string }, CallFailure<'refused' | 'unreachable'>>>;

/** Asks the server whose token it is. */
export function createCheckToken(fetch: Fetch): CheckToken {
  return async (site, token) => {
    const signal = AbortSignal.timeout(WITHIN_MS);
    try {
      return ok({ login: await openForge(site, token, fetch).loadLogin(signal) });
    } catch (error) {
      if (signal.aborted)
        return err({ code: 'unreachable', message: `${site.host} did not answer in time.` });
      if (!(error instanceof ForgeError)) throw error;
      return err({ code: error.code === 'refused' ? 'refused' : 'unreachable', message: error.message });
    }
  };
}
