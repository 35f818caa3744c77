import { z } from 'zod';
import type { ApprovalRule } from '../model/rule.ts';
import { call, feed, is } from './define.ts';
import * as s from './schemas.ts';

export const rulesContract = {
  /** The rules that are in force, newest first; again whenever one is added, used or revoked. */
  'rules.watch': feed({ input: z.object({}), event: is<readonly ApprovalRule[]>() }),
  'rules.revoke': call({
    input: z.object({ ruleId: s.ruleId }),
    output: is<null>(),
    errors: ['not-found'],
  }),
};
