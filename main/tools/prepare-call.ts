import { err } from '@shared/util/result.ts';
import type { PreparedCall, Tool } from './define.ts';
import type { Parsed } from './parse-arguments.ts';

/** A tool call as it stands in the assistant message. */
export interface RequestedCall {
  readonly name: string;
  readonly args: unknown;
  /** Set when the model's text was not JSON. */
  readonly invalidArgs?: string | undefined;
}

export function findTool(tools: readonly Tool[], name: string): Tool | undefined {
  return tools.find((tool) => tool.name === name || tool.aliases.includes(name));
}

/** Finds the tool and reads the arguments. The error is a sentence for the model. */
export function prepareCall(
  tools: readonly Tool[],
  call: RequestedCall,
): Parsed<PreparedCall & { tool: Tool }> {
  const tool = findTool(tools, call.name);
  if (!tool) return err(`Tool not found: ${call.name}`);
  if (call.invalidArgs !== undefined) {
    return err(`The arguments of ${call.name} are not valid JSON: ${call.invalidArgs.slice(0, 200)}`);
  }
  const prepared = tool.prepare(call.args ?? {});
  return prepared.ok ? { ok: true, value: { ...prepared.value, tool } } : prepared;
}
