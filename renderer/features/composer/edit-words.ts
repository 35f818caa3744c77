import { plural } from '../../lib/format.ts';
import type { Dropped } from '../../state/composing.ts';

/** "Sending drops 14 messages and 1 queued one; 3 changed files are kept." Null: it is being counted. */
export function editWords(dropped: Dropped | null): string {
  if (!dropped) return 'Editing an earlier message.';
  const { messages, queued, files } = dropped;
  const gone = [
    ...(messages > 0 ? [plural(messages, 'message')] : []),
    ...(queued > 0 ? [plural(queued, 'queued message')] : []),
  ];
  if (gone.length === 0) return 'Editing your last message.';
  const kept = files > 0 ? `; ${plural(files, 'changed file')} ${files === 1 ? 'is' : 'are'} kept` : '';
  return `Sending drops ${gone.join(' and ')}${kept}.`;
}
