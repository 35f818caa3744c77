import { findNodePty, openNodePty } from './node-pty.ts';
import type { Pty, PtyOptions } from './pty.ts';
import { openScriptPty } from './script-pty.ts';

/** By `node-pty` where the host has it and it works, else by `script`. Throws Refusal. */
export async function openPty(agentFile: string, options: PtyOptions): Promise<Pty> {
  const nodePty = findNodePty(agentFile);
  if (nodePty) {
    try {
      return openNodePty(nodePty, options);
    } catch {
      // Built for another machine: it says so only when it is used.
    }
  }
  return openScriptPty(options);
}
