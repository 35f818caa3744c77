import type { EditFilesRequest } from '@shared/agent-protocol/index.ts';
import { hashOfBytes } from '../base/hash.ts';
import { limits } from '../base/limits.ts';
import { badRequest, Refusal, refusalOf } from '../base/refusal.ts';
import { plainFileSize } from './open-plain.ts';
import { type FileRules, resolvePath } from './paths.ts';
import { readBytes } from './read-file.ts';
import { searchReplace } from './search-replace.ts';
import { type PlannedWrite, planWrite } from './write-file.ts';

type FileEdits = EditFilesRequest['files'][number];

/** The new contents of all files, or one refusal that lists all that is wrong. Nothing is written. */
export async function planEdits(
  request: EditFilesRequest,
  rules: FileRules,
): Promise<readonly PlannedWrite[]> {
  if (request.files.length === 0) throw badRequest('files must not be empty');
  const plans: PlannedWrite[] = [];
  const refusals: Refusal[] = [];
  for (const file of request.files) {
    try {
      const plan = await planFile(file, rules);
      if (plans.some((other) => other.path === plan.path)) {
        throw badRequest(`${file.path}: the same file stands twice in the request`);
      }
      plans.push(plan);
    } catch (error) {
      refusals.push(refusalOf(error, file.path));
    }
  }
  if (refusals.length > 0) throw combined(refusals);
  return plans;
}

async function planFile(file: FileEdits, rules: FileRules): Promise<PlannedWrite> {
  const resolved = await resolvePath(file.path, rules);
  if (file.edits.length === 0) throw badRequest(`${file.path}: edits must not be empty`);
  const size = await plainFileSize(resolved);
  if (size > limits.editFile) {
    throw new Refusal(413, 'too-large', `${file.path}: ${size} bytes, the limit is ${limits.editFile}`);
  }
  const bytes = await readBytes(resolved, { offset: 0, limit: limits.editFile }, rules);
  if (bytes.length * file.edits.length > limits.editWork) {
    throw new Refusal(
      413,
      'too-large',
      `${file.path}: ${file.edits.length} edits of so large a file at once`,
    );
  }
  const content = await editedContent(file, bytes);
  const plan = await planWrite(file.path, content, rules);
  return { ...plan, before: hashOfBytes(bytes) };
}

/** Each edit works on the result of the former. */
async function editedContent(file: FileEdits, bytes: Buffer): Promise<Buffer> {
  let text = bytes.toString('latin1');
  for (const [index, edit] of file.edits.entries()) {
    // Others are served between two searches through a large file.
    if (index > 0 && index % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
    const which = file.edits.length > 1 ? ` (edit ${index + 1})` : '';
    if (edit.search === '') throw badRequest(`${file.path}: search must not be empty${which}`);
    const result = searchReplace(text, {
      search: Buffer.from(edit.search).toString('latin1'),
      replace: Buffer.from(edit.replace).toString('latin1'),
      replaceAll: edit.replace_all ?? false,
    });
    if (result.kind === 'no-match') {
      throw new Refusal(
        400,
        'no-match',
        `${file.path}: search string not found${which}; check the text and its blanks`,
      );
    }
    if (result.kind === 'ambiguous') {
      throw new Refusal(
        400,
        'ambiguous',
        `${file.path}: search string matches ${result.count} times${which}; add context to make it unique or set replace_all`,
      );
    }
    text = result.text;
  }
  return Buffer.from(text, 'latin1');
}

function combined(refusals: readonly Refusal[]): Refusal {
  const worst = refusals.reduce((a, b) => (b.status > a.status ? b : a));
  return new Refusal(worst.status, worst.code, refusals.map((refusal) => refusal.message).join('\n'));
}
