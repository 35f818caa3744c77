import { argumentsOf, type Delta } from './chat-delta.ts';

type ToolDelta = NonNullable<Delta['tool_calls']>[number];

export interface OpenTool {
  /** -1 until the name is known and the call has been announced. */
  block: number;
  id: string;
  name: string;
  args: string;
  /** What the server sent with the call besides and wants back with it. */
  extra: unknown;
}

/** The calls of one answer, put together from their pieces. */
export class OpenTools {
  readonly #tools: OpenTool[] = [];
  readonly #byIndex = new Map<number, OpenTool>();

  all(): readonly OpenTool[] {
    return this.#tools;
  }

  /** Takes one piece; answers its call and the arguments that it adds. */
  take(call: ToolDelta): { tool: OpenTool; delta: string } {
    const tool = this.#toolFor(call);
    const extra = (call as { extra_content?: unknown }).extra_content;
    const delta = argumentsOf(call.function?.arguments);
    // A later id is one that the server made up for the piece alone.
    if (call.id && tool.id === '') tool.id = call.id;
    if (call.function?.name && tool.block < 0) tool.name = call.function.name;
    if (extra) tool.extra = extra;
    tool.args += delta;
    return { tool, delta };
  }

  #toolFor(call: ToolDelta): OpenTool {
    const index = call.index as number | undefined;
    const known = index === undefined ? this.#tools.at(-1) : this.#byIndex.get(index);
    if (known && !beginsAnother(call, known, index !== undefined)) return known;
    const tool: OpenTool = { block: -1, id: '', name: '', args: '', extra: null };
    this.#tools.push(tool);
    if (index !== undefined) this.#byIndex.set(index, tool);
    return tool;
  }
}

/**
 * Some servers leave out the index, some give every call the index 0, some repeat id and name with every piece, some
 * make up a new id for each. A call is another one when it has a name and another id, or comes whole after one that
 * is whole.
 */
function beginsAnother(call: ToolDelta, known: OpenTool, indexed: boolean): boolean {
  const named = Boolean(call.function?.name) && known.name !== '';
  if (call.id && known.id !== '' && call.id !== known.id) return named || !indexed;
  return !call.id && named && isWhole(known.args) && argumentsOf(call.function?.arguments) !== '';
}

function isWhole(args: string): boolean {
  try {
    JSON.parse(args);
    return true;
  } catch {
    return false;
  }
}
