import type { Writable } from 'node:stream';
import { AGENT_BASE, type Hello, type ListenResponse } from '@shared/agent-protocol/index.ts';
import type { Home } from '../base/home.ts';
import { limits } from '../base/limits.ts';
import type { TokenMask } from '../base/mask-tokens.ts';
import { Refusal } from '../base/refusal.ts';
import { editEffect, writeEffect } from '../files/file-effect.ts';
import { listDirectory } from '../files/list-directory.ts';
import type { PathLocks } from '../files/path-locks.ts';
import { statPath } from '../files/paths.ts';
import { contentTypeOf, readFileRange } from '../files/read-file.ts';
import { readLines } from '../files/read-lines.ts';
import type { Scanner } from '../files/scanner.ts';
import type { RunGit } from '../git/run-git.ts';
import { signalEffect, startEffect } from '../processes/process-effect.ts';
import type { ProcessTable } from '../processes/process-table.ts';
import type { TerminalTable } from '../terminals/terminal-table.ts';
import { editBody, globBody, searchBody, signalBody, startBody } from './bodies.ts';
import { eventRoutes } from './events.ts';
import { gitRoutes } from './git-routes.ts';
import type { KeyedCalls } from './keyed.ts';
import { flagOf, intOf, jsonOf, keyOf, type Request, stringOf } from './request.ts';
import { terminalRoutes } from './terminal-routes.ts';

export interface Reply {
  readonly status: number;
  /** Bytes go as they are, with `type`; everything else as JSON. */
  readonly body: unknown;
  readonly type?: string;
  /** Server-sent events instead of a body, until it resolves or the signal aborts. */
  readonly stream?: (out: Writable, signal: AbortSignal) => Promise<void>;
}

export interface Parts {
  readonly home: Home;
  readonly processes: ProcessTable;
  readonly scanner: Scanner;
  readonly terminals: TerminalTable;
  readonly git: RunGit;
  readonly keyed: KeyedCalls;
  readonly locks: PathLocks;
  /** Of this agent and of those of other versions beside it. */
  readonly mask: TokenMask;
  readonly hello: () => Hello;
  /** From now on on a port, too. */
  readonly listen: () => Promise<ListenResponse>;
  /** Ends the agent after the reply. */
  readonly stop: () => void;
}

export type Route = (request: Request, parts: Parts, id: string) => Promise<Reply>;

const json = (body: unknown): Reply => ({ status: 200, body });
const pathOf = (request: Request) => request.query.get('path') ?? '';

/** A request may lift the usual limit, but not without end. */
const atMost = (asked: number, most: number) => Math.min(Math.max(0, asked), most);

const fileRoutes: Readonly<Record<string, Route>> = {
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

const processRoutes: Readonly<Record<string, Route>> = {
  'POST /processes/start': (request, { processes, keyed }) => {
    const call = keyOf(request);
    const effect = startEffect(processes, startBody(request), { key: call.key, chatId: request.chatId });
    return keyed.run(call, effect);
  },
  'GET /processes/list': async (request, { processes }) =>
    json({ processes: await processes.list(request.chatId) }),
  'GET /processes/{id}/output': async (request, { processes }, id) => {
    if (request.query.get('wait') === 'true')
      await processes.waitForExit(id, request.chatId, request.signal);
    return json(await processes.output(id, request.chatId));
  },
  'GET /processes/{id}/spool': async (request, { processes }, id) => {
    const after = intOf(request, 'after', 0);
    if (request.query.get('wait') === 'true') {
      await processes.waitForSpool(id, request.chatId, after, request.signal);
    }
    return json(await processes.spool(id, request.chatId, after));
  },
  'POST /processes/{id}/signal': (request, { processes, keyed }, id) => {
    const call = { id, chatId: request.chatId, signal: signalBody(request), ends: request.signal };
    return keyed.run(keyOf(request), signalEffect(processes, call));
  },
};

const routes: Readonly<Record<string, Route>> = {
  'GET /hello': async (_request, { hello }) => json(hello()),
  ...fileRoutes,
  ...processRoutes,
  ...eventRoutes,
  ...gitRoutes,
  'POST /listen': async (_request, { listen }) => json(await listen()),
  ...terminalRoutes,
  'POST /shutdown': async (request, { processes, terminals, stop }) => {
    const force = request.body.length > 0 && flagOf(jsonOf(request).force, 'force');
    const running = await processes.countRunning();
    if (running > 0 && !force) throw new Refusal(409, 'conflict', `${running} processes are running`);
    const open = terminals.countRunning();
    if (open > 0 && !force) throw new Refusal(409, 'conflict', `${open} terminals are open`);
    await terminals.closeAll();
    stop();
    return json({ message: 'the agent ends' });
  },
};

export async function answer(request: Request, parts: Parts): Promise<Reply> {
  const below = request.path.startsWith(AGENT_BASE) ? request.path.slice(AGENT_BASE.length) : '';
  const named = /^\/(processes|terminals)\/([^/]+)\/(output|spool|signal|input|resize|close)$/.exec(below);
  const route = routes[`${request.method} ${named ? `/${named[1]}/{id}/${named[3]}` : below}`];
  if (!route) throw new Refusal(404, 'not-found', `there is no ${request.method} ${request.path}`);
  return route(request, parts, named?.[2] ?? '');
}
