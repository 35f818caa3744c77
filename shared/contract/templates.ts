import { z } from 'zod';
import type { TemplateId } from '../model/ids.ts';
import type { ParameterProblem, TemplateList } from '../model/template.ts';
import { call, feed, is } from './define.ts';
import * as s from './schemas.ts';

/** The name of the person's file, without `.yaml`, which is that of the template in it. */
const name = z.string().trim().min(1).max(63);

export const templatesContract = {
  /** Built-in ones and the person's, again whenever a file or what was made from one changes. */
  'templates.watch': feed({ input: z.object({}), event: is<TemplateList>() }),
  /** The YAML of the person's file or of a built-in template, to begin with; also of a file that is no template. */
  'template.read': call({
    input: z.object({ name }),
    output: is<{ text: string }>(),
    errors: ['not-found'],
  }),
  /** All that is wrong with the values of a form, in the order of the parameters; nothing is made. */
  'template.check': call({
    input: z.object({
      templateId: s.templateId,
      parameters: z.record(z.string().max(100), z.string().max(10_000)),
    }),
    output: is<readonly ParameterProblem[]>(),
    errors: ['not-found'],
  }),
  /**
   * Writes the person's file; its name is the template's. `was`: the name that it had, null for a new one.
   * `invalid`: nothing was written; `detail` holds one problem a line.
   */
  'template.save': call({
    input: z.object({ was: name.nullable(), text: z.string().min(1).max(200_000) }),
    output: is<{ templateId: TemplateId; name: string }>(),
    errors: ['invalid', 'taken', 'not-found'],
  }),
  /** Deletes the person's file. Workspaces that were made from it keep its scripts. */
  'template.remove': call({
    input: z.object({ name }),
    output: is<null>(),
    errors: ['not-found'],
  }),
};
