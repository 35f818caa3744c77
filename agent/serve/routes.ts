import type { Writable } from 'node:stream';
import {
  AGENT_BASE,
  type EnvironmentResponse,
  type Hello,
  type ListenResponse,
} from '@shared/agent-protocol/index.ts';
import type { Home } from '../base/home.ts';
import type { TokenMask } from '../base/mask-tokens.ts';
import { Refusal } from '../base/refusal.ts';
import type { PathLocks } from '../files/path-locks.ts';
import type { Scanner } from '../files/scanner.ts';
import type { CredentialAsks } from '../git/credential-asks.ts';
import type { Git } from '../git/run-git.ts';
import { signalEffect, startEffect } from '../processes/process-effect.ts';
import type { ProcessTable } from '../processes/process-table.ts';
import type { TerminalTable } from '../terminals/terminal-table.ts';
import { authRoutes } from './auth-routes.ts';
import { signalBody, startBody } from './bodies.ts';
import { eventRoutes } from './events.ts';
import { fileRoutes } from './file-routes.ts';
import { gitRoutes } from './git-routes.ts';
import type { KeyedCalls } from './keyed.ts';
import { flagOf, intOf, jsonOf, keyOf, type Request } from './request.ts';
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
  readonly git: Git;
  readonly asks: CredentialAsks;
  /** The id that a helper's token was made for; null: none of ours. */
  readonly processOfToken: (token: string) => string | null;
  readonly keyed: KeyedCalls;
  readonly locks: PathLocks;
  /** Of this agent and of those of other versions beside it. */
  readonly mask: TokenMask;
  readonly hello: () => Hello;
  readonly environment: () => Promise<EnvironmentResponse>;
  /** From now on on a port, too. */
  readonly listen: () => Promise<ListenResponse>;
  /** Ends the agent after the reply. */
  readonly stop: () => void;
}

export type Route = (request: Request, parts: Parts, id: string) => Promise<Reply>;

const json = (body: unknown): Reply => ({ status: 200, body });

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
  'GET /environment': async (_request, { environment }) => json(await environment()),
  ...fileRoutes,
  ...processRoutes,
  ...eventRoutes,
  ...gitRoutes,
  ...authRoutes,
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
