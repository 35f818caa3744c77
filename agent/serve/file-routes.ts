import { limits } from '../base/limits.ts';
import { editEffect, writeEffect } from '../files/file-effect.ts';
import { listDirectory } from '../files/list-directory.ts';
import { statPath } from '../files/paths.ts';
import { contentTypeOf, readFileRange } from '../files/read-file.ts';
import { readLines } from '../files/read-lines.ts';
import { editBody, globBody, searchBody } from './bodies.ts';
import { intOf, jsonOf, keyOf, type Request, stringOf } from './request.ts';
import type { Reply, Route } from './routes.ts';

const json = (body: unknown): Reply => ({ status: 200, body });
const pathOf = (request: Request) => request.query.get('path') ?? '';

/** A request may lift the usual limit, but not without end. */
const atMost = (asked: number, most: number) => Math.min(Math.max(0, asked), most);

export const fileRoutes: Readonly<Record<string, Route>> = {
  'GET /stat': async (request, { home }) => json(await statPath(pathOf(request), home)),
  'GET /read-file': async (request, { home, mask }) => {
    const range = { offset: intOf(request, 'offset', 0), limit: intOf(request, 'limit', 0) };
    const body = await readFileRange(pathOf(request), range, home);
    return { status: 200, body: mask.bytes(body), type: contentTypeOf(pathOf(request)) };
  },
  'GET /read-file-lines': async (request, { home, mask }) => {
    const query = {
      path: pathOf(request),
      offset: intOf(request, 'offset', 1),
      limit: intOf(request, 'limit', 0),
      maxFileSize: atMost(intOf(request, 'max_file_size', limits.readLinesFile), limits.readFile),
      maxLineBytes: atMost(intOf(request, 'max_line_bytes', limits.readLinesLine), limits.readFile),
      maxResponseLines: atMost(intOf(request, 'max_response_lines', limits.readLinesCount), 1_000_000),
      maxResponseBytes: atMost(
        intOf(request, 'max_response_bytes', limits.readLinesResponse),
        limits.readFile,
      ),
    };
    const lines = await readLines(query, home);
    return json({ ...lines, content: mask.text(lines.content) });
  },
  'POST /write-file': (request, { home, keyed, locks }) =>
    locks.hold([pathOf(request)], home, () =>
      keyed.run(keyOf(request), writeEffect(pathOf(request), request.body, home)),
    ),
  'POST /edit-files': (request, { home, keyed, locks }) => {
    const body = editBody(request);
    const paths = body.files.map((file) => file.path);
    return locks.hold(paths, home, () => keyed.run(keyOf(request), editEffect(body, home)));
  },
  'POST /list-directory': async (request, { home }) =>
    json(await listDirectory(stringOf(jsonOf(request).path, 'path'), home)),
  'POST /search': async (request, { scanner, mask }) => {
    const { files, cut } = await scanner.search(searchBody(request), request.signal);
    const masked = files.map(({ path, lines }) => ({
      path,
      lines: lines.map((line) => ({ ...line, text: mask.text(line.text) })),
    }));
    return json({ files: masked, cut });
  },
  'POST /glob': async (request, { scanner }) => json(await scanner.glob(globBody(request), request.signal)),
};
