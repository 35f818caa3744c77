import { lookNow } from './now.ts';
import { type CommandId, commandOf } from './registry.ts';

export function isAvailable(id: CommandId): boolean {
  return commandOf(id).when?.(lookNow()) ?? true;
}

/** False: it cannot be done now, and nothing was. */
export function runCommand(id: CommandId): boolean {
  const command = commandOf(id);
  const now = lookNow();
  if (command.when?.(now) === false) return false;
  command.run(now);
  return true;
}
