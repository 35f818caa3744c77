import { stat } from 'node:fs/promises';
import { badRequest, Refusal, refusalOf } from '../base/refusal.ts';
import { resolvePath } from '../files/paths.ts';
import { gitDiff } from '../git/diff.ts';
import { gitHead } from '../git/head.ts';
import { gitIgnored } from '../git/ignored.ts';
import { snapshotEffect } from '../git/snapshot.ts';
import { gitStatus } from '../git/status.ts';
import { intOf, jsonOf, keyOf, type Request, stringOf } from './request.ts';
import type { Parts, Reply, Route } from './routes.ts';

const MOST_CONTEXT = 1_000;

export const gitRoutes: Readonly<Record<string, Route>> = {
  'GET /git/status': async (request, parts) =>
    json(await gitStatus(parts.git, await directoryOf(asked(request), parts), request.signal)),
  'GET /git/diff': async (request, parts) => {
    const { git, mask } = parts;
    const { query, signal } = request;
    const context = intOf(request, 'context', 3);
    if (context < 0 || context > MOST_CONTEXT)
      throw badRequest(`context must be between 0 and ${MOST_CONTEXT}`);
    const base = query.get('base');
    const diff = await gitDiff(
      git,
      {
        path: await directoryOf(asked(request), parts),
        ...(base === null ? {} : { base }),
        merge_base: query.get('merge_base') === 'true',
        context,
        files: query.getAll('file'),
        summary: query.get('summary') === 'true',
      },
      signal,
    );
    return json(diff.kind === 'diff' ? { ...diff, diff: mask.text(diff.diff) } : diff);
  },
  'GET /git/head': async (request, parts) =>
    json(await gitHead(parts.git, await directoryOf(asked(request), parts), request.signal)),
  'GET /git/ignored': async (request, parts) =>
    json(await gitIgnored(parts.git, await directoryOf(asked(request), parts), request.signal)),
  'POST /git/snapshot': async (request, parts) => {
    const body = jsonOf(request);
    const path = await directoryOf(stringOf(body.path, 'path'), parts);
    const name = stringOf(body.name, 'name');
    return parts.keyed.run(keyOf(request), snapshotEffect(parts.git, { path, name }, request.signal));
  },
};

const json = (body: unknown): Reply => ({ status: 200, body });

function asked({ query }: Request): string {
  return query.get('path') ?? '';
}

/** Resolved, allowed, and there. */
async function directoryOf(given: string, { home }: Parts): Promise<string> {
  const resolved = await resolvePath(given, home);
  const found = await stat(resolved).catch((error: unknown) => {
    throw refusalOf(error, given);
  });
  if (!found.isDirectory()) throw new Refusal(400, 'not-a-directory', `${given}: is not a directory`);
  return resolved;
}
