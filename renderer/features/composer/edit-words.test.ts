import { expect, test } from 'vitest';
import { editWords } from './edit-words.ts';

test('what sending an edit drops is said before it happens', () => {
  expect(editWords(null)).toBe('Editing an earlier message.');
  expect(editWords({ messages: 0, queued: 0, files: 0 })).toBe('Editing your last message.');
  expect(editWords({ messages: 14, queued: 0, files: 3 })).toBe(
    'Sending drops 14 messages; 3 changed files are kept.',
  );
  expect(editWords({ messages: 1, queued: 2, files: 1 })).toBe(
    'Sending drops 1 message and 2 queued messages; 1 changed file is kept.',
  );
});
