import type { Stroke } from './keys.ts';

/** What of a keyboard event names its stroke. */
export function strokeOf(event: KeyboardEvent): Stroke {
  const { key, code, ctrlKey, metaKey, altKey, shiftKey } = event;
  return { key, code, ctrlKey, metaKey, altKey, shiftKey, altGraph: event.getModifierState('AltGraph') };
}
