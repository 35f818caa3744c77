import type { Page } from '@playwright/test';
import type { CallInput, CallName, CallOutput } from '@shared/contract/index.ts';

interface Bridge {
  invoke(name: string, input: unknown): Promise<unknown>;
}

/** Asks main through the window's own bridge: the contract is the front door. Refusals are errors here. */
export async function ask<N extends CallName>(
  window: Page,
  name: N,
  input: CallInput<N>,
): Promise<CallOutput<N>> {
  const answer = await window.evaluate(
    ([called, given]) => (globalThis as unknown as { gaffer: Bridge }).gaffer.invoke(String(called), given),
    [name, input] as const,
  );
  const { ok, value, error } = answer as { ok: boolean; value?: unknown; error?: { message: string } };
  if (!ok) throw new Error(`${name}: ${error?.message ?? 'refused'}`);
  return value as CallOutput<N>;
}
