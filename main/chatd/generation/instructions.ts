import { AgentError, LinkDown } from '../../agent-client/client.ts';
import type { Log } from '../../base/log.ts';
import type { WorkspaceConnection } from '../../workspaces/connection.ts';

const MAX_BYTES = 65_536;

export interface InstructionFile {
  readonly source: string;
  readonly content: string;
  readonly truncated: boolean;
}

/**
 * The `<system-instructions>` block of CHATD 10.3: what the machine is, where the work is, then the person's
 * and the project's AGENTS.md. Null when there is nothing to say.
 */
export function formatInstructions(
  place: { readonly os: string | null; readonly directory: string | null },
  files: readonly InstructionFile[],
): string | null {
  const head = [
    ...(place.os ? [`Operating System: ${place.os}`] : []),
    ...(place.directory ? [`Working Directory: ${place.directory}`] : []),
  ].join('\n');
  const sections = files
    .filter((f) => f.content !== '')
    .map((f) => `Source: ${f.source}${f.truncated ? ' (truncated to 64KiB)' : ''}\n${f.content}`);
  const body = [...(head ? [head] : []), ...sections].join('\n\n');
  return body === '' ? null : `<system-instructions>\n${body}\n</system-instructions>`;
}

/** One kind of line end, no HTML comments, no invisible control characters, trimmed. */
export function sanitizeInstructions(markdown: string): string {
  return markdown
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/<!--[\s\S]*?-->/g, '')
    .replaceAll(/(?![\n\t])[\p{Cc}\p{Cf}]/gu, '')
    .trim();
}

/**
 * Reads the files through the agent: the person's, then the project's when its folder is trusted, which may be called
 * CLAUDE.md. A missing file is silent; any other failure is logged and skipped.
 */
export async function loadInstructionFiles(
  connection: WorkspaceConnection,
  isTrusted: boolean,
  log: Log,
  signal: AbortSignal,
): Promise<readonly InstructionFile[]> {
  const { directory } = connection;
  const home = await homeFile(connection, signal).catch((error: unknown) => skip(error, log, signal));
  const places = [home === null ? [] : [home], isTrusted ? projectFiles(directory) : []];
  const files: InstructionFile[] = [];
  for (const names of places) {
    for (const source of names) {
      const file = await readInstructions(connection, source, signal).catch((error: unknown) =>
        skip(error, log, signal),
      );
      if (!file) continue;
      files.push(file);
      break;
    }
  }
  return files;
}

/** The first that is there counts. */
function projectFiles(directory: string): readonly string[] {
  return directory === '' ? [] : ['AGENTS.md', 'CLAUDE.md'].map((name) => joinPath(directory, name));
}

async function readInstructions(
  { client }: WorkspaceConnection,
  source: string,
  signal: AbortSignal,
): Promise<InstructionFile> {
  const bytes = await client.readFile(source, { limit: MAX_BYTES + 1 }, { signal });
  const truncated = bytes.length > MAX_BYTES;
  const text = new TextDecoder().decode(truncated ? bytes.subarray(0, MAX_BYTES) : bytes);
  return { source, content: sanitizeInstructions(text), truncated };
}

/** `~/.gaffer/AGENTS.md`, whatever its case. */
async function homeFile({ client }: WorkspaceConnection, signal: AbortSignal): Promise<string | null> {
  const { home } = await client.hello({ signal });
  const directory = joinPath(home, '.gaffer');
  const { contents } = await client.listDirectory(directory, { signal });
  const found = contents.find((entry) => !entry.is_dir && entry.name.toLowerCase() === 'agents.md');
  return found ? joinPath(directory, found.name) : null;
}

function skip(error: unknown, log: Log, signal: AbortSignal): null {
  signal.throwIfAborted();
  if (error instanceof LinkDown) throw error;
  if (error instanceof AgentError && (error.code === 'not-found' || error.code === 'not-a-directory'))
    return null;
  log.warn('instructions not read', { error: String(error) });
  return null;
}

function joinPath(directory: string, name: string): string {
  const separator = directory.includes('\\') && !directory.includes('/') ? '\\' : '/';
  return directory.endsWith(separator) ? directory + name : directory + separator + name;
}
