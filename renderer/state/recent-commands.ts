import type { CommandId } from './commands/registry.ts';

const KEY = 'gaffer.recent-commands';
const KEPT = 12;

/** What was run from the palette of this computer, newest first. */
export function recentCommands(): readonly string[] {
  try {
    const ids: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}

export function rememberCommand(id: CommandId): void {
  const rest = recentCommands().filter((one) => one !== id);
  localStorage.setItem(KEY, JSON.stringify([id, ...rest].slice(0, KEPT)));
}
