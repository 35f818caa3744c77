import { bytes } from '../../lib/format.ts';
import type { ScriptOutput } from '../../state/workspace-log.ts';
import { TerminalBlock } from '../../ui/terminal-block.tsx';

/** What a script printed, its last lines first in sight. */
export function ScriptText({ run }: { readonly run: ScriptOutput }) {
  const before = run.skippedBytes > 0 ? `${bytes(run.skippedBytes)} earlier` : null;
  return <TerminalBlock text={run.text} before={before} running={!run.ended} />;
}
