import type { OpenTerminalRequest, TerminalInput, TerminalSize } from '@shared/agent-protocol/terminals.ts';
import { limits } from '../base/limits.ts';
import { badRequest, Refusal } from '../base/refusal.ts';
import type { TerminalTable } from '../terminals/terminal-table.ts';
import { addressOfOther } from './address-file.ts';
import { passOn } from './pass-on.ts';
import { intOf, type Json, jsonOf, keyOf, type Request, stringOf } from './request.ts';
import type { Route } from './routes.ts';

const json = (body: unknown) => ({ status: 200, body });

export const terminalRoutes: Readonly<Record<string, Route>> = {
  'POST /terminals/open': (request, { terminals, keyed }) =>
    keyed.run(keyOf(request), openEffect(terminals, openBody(request))),
  'GET /terminals/list': async ({ query, signal }, { terminals }) => {
    const after = query.get('after');
    if (after !== null && query.get('wait') === 'true') await terminals.waitForChange(after, signal);
    return json(await terminals.list(query.get('workspace') ?? ''));
  },
  'GET /terminals/{id}/output': byHolder(async (request, { terminals }, id) => {
    const after = Math.max(0, intOf(request, 'after', 0));
    const wait = request.query.get('wait') === 'true' ? request : null;
    return json(await terminals.output(id, after, wait));
  }),
  'POST /terminals/{id}/input': byHolder(async (request, { terminals }, id) => {
    await terminals.write(id, inputOf(request), request.signal);
    return json({ message: 'typed' });
  }),
  'POST /terminals/{id}/resize': byHolder(async (request, { terminals }, id) => {
    await terminals.resize(id, sizeOf(jsonOf(request)));
    return json({ message: 'resized' });
  }),
  'POST /terminals/{id}/close': async (_request, { terminals }, id) => {
    await terminals.close(id);
    return json({ message: 'closed' });
  },
};

/** After an upgrade the agent of before may still hold it; where that one is gone, we say what we know. */
function byHolder(own: Route): Route {
  return async (request, parts, id) => {
    const holder = parts.terminals.holderOf(id);
    const address = holder === null ? null : addressOfOther(parts.home, holder);
    const answer = address === null ? null : await passOn(request, address).catch(() => null);
    return answer ?? own(request, parts, id);
  };
}

/** A terminal dies with its agent: after a crash there is none, and the next one is opened instead. */
function openEffect(terminals: TerminalTable, request: OpenTerminalRequest) {
  const open = async () => {
    await terminals.open(request);
    return { message: 'opened' };
  };
  return {
    plan: () => terminals.prepare(request),
    changes: () => [],
    apply: open,
    recover: open,
  };
}

function openBody(request: Request): OpenTerminalRequest {
  const body = jsonOf(request);
  const id = stringOf(body.id, 'id');
  const workspace = stringOf(body.workspace, 'workspace');
  const cwd = body.cwd === undefined ? {} : { cwd: stringOf(body.cwd, 'cwd') };
  return { id, workspace, ...cwd, ...sizeOf(body) };
}

function sizeOf({ cols, rows }: Json): TerminalSize {
  if (typeof cols !== 'number' || typeof rows !== 'number')
    throw badRequest('cols and rows must be numbers');
  return { cols, rows };
}

function inputOf(request: Request): TerminalInput {
  const writer = request.query.get('writer') ?? '';
  const sequence = intOf(request, 'sequence', 0);
  if (writer === '' || writer.length > 100 || sequence < 1)
    throw badRequest('writer must be 1 to 100 characters, and sequence 1 or more');
  if (request.body.length > limits.terminalInput)
    throw new Refusal(413, 'too-large', `one input is at most ${limits.terminalInput} bytes`);
  return { writer, sequence, bytes: request.body };
}
