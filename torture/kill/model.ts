import type { ChatCompletionRequest, FixtureResponse } from '@copilotkit/aimock';
import { type ModelServer, startModelServer } from '../../e2e/fixtures/model-server.ts';
import { argumentsOf, type Pace, type Script, tokensIn } from './script.ts';

export interface ScriptedModel {
  readonly server: ModelServer;
  /** Requests that no run in good order makes. */
  readonly oddities: readonly string[];
}

/** How the answer comes: pieces of so many characters, one every `latency` ms. */
const PACES: Readonly<Record<Pace, { readonly latency: number; readonly chunkSize: number }>> = {
  quick: { latency: 3, chunkSize: 24 },
  steady: { latency: 25, chunkSize: 12 },
  slow: { latency: 60, chunkSize: 10 },
};

/**
 * The mock of both providers, outside of the app. It answers from the history that it is sent: the newest
 * message names a script, the answers since then say which step is next.
 */
export async function startScriptedModel(scripts: ReadonlyMap<string, Script>): Promise<ScriptedModel> {
  const server = await startModelServer();
  const oddities: string[] = [];
  const isTitle = (request: ChatCompletionRequest) => (request.tools ?? []).length === 0;
  server.mock.on({ predicate: isTitle }, { content: 'Torture' });
  for (const [pace, timing] of Object.entries(PACES)) {
    const predicate = (request: ChatCompletionRequest) => scriptOf(scripts, request)?.script.pace === pace;
    server.mock.on({ predicate }, (request) => answer(scripts, request, oddities), timing);
  }
  return { server, oddities };
}

function answer(
  scripts: ReadonlyMap<string, Script>,
  request: ChatCompletionRequest,
  oddities: string[],
): FixtureResponse {
  const found = scriptOf(scripts, request);
  const step = found?.script.steps[found.step];
  if (!found || !step) {
    oddities.push(
      `The model was asked for step ${found?.step} of ${found?.script.token}, which has fewer.`,
    );
    return { content: 'There is nothing left to do.' };
  }
  const reasoning = step.reasoning === null ? {} : { reasoning: step.reasoning };
  if (step.calls.length === 0) return { content: step.text, ...reasoning };
  return {
    ...(step.text === '' ? {} : { content: step.text }),
    ...reasoning,
    // Ids that repeat from message to message, as some servers give them.
    toolCalls: step.calls.map((call, index) => ({
      id: `call_${index}`,
      name: call.tool,
      arguments: JSON.stringify(argumentsOf(call)),
    })),
  };
}

function scriptOf(
  scripts: ReadonlyMap<string, Script>,
  request: ChatCompletionRequest,
): { script: Script; step: number } | null {
  const { messages } = request;
  const asked = messages.findLastIndex((m) => m.role === 'user' && tokensIn(textOf(m.content)).length > 0);
  const token = tokensIn(textOf(messages[asked]?.content ?? '')).at(-1);
  const script = token === undefined ? undefined : scripts.get(token);
  if (!script) return null;
  return { script, step: messages.slice(asked).filter((m) => m.role === 'assistant').length };
}

function textOf(content: ChatCompletionRequest['messages'][number]['content']): string {
  if (typeof content === 'string') return content;
  return (content ?? []).map((part) => part.text ?? '').join('\n');
}
