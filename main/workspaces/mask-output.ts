import type { ProcessOutputEvent } from '@shared/contract/workspaces.ts';
import type { Mask } from '../base/mask.ts';

/**
 * Live output without the secrets that Gaffer knows, also where one arrives in two pieces: what may be the beginning
 * of one is held back until the next piece, and the cursor with it.
 */
export async function* maskOutput(
  events: AsyncIterable<ProcessOutputEvent>,
  mask: Mask,
): AsyncGenerator<ProcessOutputEvent> {
  let held = '';
  let end = 0;
  for await (const event of events) {
    const goesOn = event.type === 'output' && event.skipped === 0;
    if (!goesOn && held !== '') yield { type: 'output', text: mask.text(held), next: end, skipped: 0 };
    if (event.type === 'exit') return yield event;
    const { done, rest } = mask.part(goesOn ? held + event.text : event.text);
    held = rest;
    end = event.next;
    if (done === '' && event.skipped === 0) continue;
    yield { ...event, text: done, next: end - Buffer.byteLength(rest) };
  }
}
