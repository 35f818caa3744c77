import { type AskedMessage, type ChatServer, startChatServer } from '../harness/chat-server.ts';
import { type Deferred, deferred } from '../waits.ts';
import { asked, type Script, tokenIn } from './script.ts';

/** The model of one chat holds its next answer until it is let go. */
export interface Hold {
  readonly reached: Promise<void>;
  release(): void;
}

export interface ScriptedModel {
  readonly server: ChatServer;
  /** Messages with its token are answered by this script from now on. */
  play(script: Script): void;
  /** Calls that these scripts have made so far, all together. */
  made(tokens: readonly string[]): number;
  /** Resolves when they have made so many, or all that they will. */
  untilMade(tokens: readonly string[], calls: number): Promise<void>;
  /** Before the call with this number (from 0). */
  hold(token: string, before: number): Hold;
}

interface Playing {
  readonly script: Script;
  made: number;
  held: { readonly before: number; readonly reached: Deferred; readonly released: Deferred } | null;
}

/** A model that makes one call after the other, as the script of the chat says. */
export async function startScriptedModel(): Promise<ScriptedModel> {
  const playing = new Map<string, Playing>();
  const looks = new Set<() => void>();
  const server = await startChatServer(async ({ messages }, reply) => {
    const token = tokenIn(messages.find(({ role }) => role === 'user')?.content ?? '') ?? '';
    const play = playing.get(token);
    const results = messages.filter(({ role }) => role === 'tool');
    const call = play?.script.calls[results.length];
    if (play?.held && results.length >= play.held.before) {
      play.held.reached.resolve();
      await play.held.released.promise;
      play.held = null;
    }
    if (play) play.made = Math.max(play.made, results.length + 1);
    for (const look of looks) look();
    if (!play || !call) {
      reply.say('That was all.');
      reply.finish();
      return;
    }
    const { name, args } = asked(call, processIds(play.script, results));
    reply.callTool(0, { id: `call_${results.length}`, name, args });
    reply.finish('tool_calls');
  });
  const made = (tokens: readonly string[]) =>
    tokens.reduce((sum, token) => sum + (playing.get(token)?.made ?? 0), 0);
  return {
    server,
    play: (script) => void playing.set(script.token, { script, made: 0, held: null }),
    made,
    untilMade(tokens, calls) {
      return new Promise((resolve) => {
        const all = tokens.reduce((sum, token) => sum + (playing.get(token)?.script.calls.length ?? 0), 0);
        const look = () => {
          if (made(tokens) < Math.min(calls, all)) return;
          looks.delete(look);
          resolve();
        };
        looks.add(look);
        look();
      });
    },
    hold(token, before) {
      const [reached, released] = [deferred(), deferred()];
      const play = playing.get(token);
      if (play) play.held = { before, reached, released };
      return { reached: reached.promise, release: released.resolve };
    },
  };
}

/** Of the background commands that were started, by mark. */
function processIds(script: Script, results: readonly AskedMessage[]): Map<string, string> {
  return new Map(
    results.flatMap(({ content }, at) => {
      const id = /"background_process_id":"([^"]+)"/.exec(content ?? '')?.[1];
      const call = script.calls[at];
      return id !== undefined && call !== undefined ? [[call.mark, id] as const] : [];
    }),
  );
}
