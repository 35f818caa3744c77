import { expect, test } from 'vitest';
import { badTarget, closedByUs, LinkFault, textOfFault } from './fault.ts';
import { endedEarly, lost, nobodyAnswered, tooSlow } from './hop-faults.ts';

test.each([
  lost('box'),
  endedEarly('box', 'login'),
  endedEarly('box', 'up'),
  tooSlow('box', 'handshake'),
  nobodyAnswered('box', 'a password', null),
  badTarget('The port must be a number from 1 to 65535.'),
  closedByUs(),
])('$message comes with what to do about it', ({ fix }) => {
  expect(fix).toMatch(/^[A-Z].*\.$/);
});

test('what to do is said once', () => {
  expect(textOfFault(new LinkFault('agent', 'It broke. Mend it.', null, 'Mend it.'))).toBe(
    'It broke. Mend it.',
  );
  expect(textOfFault(new LinkFault('agent', 'It broke.', null, 'Mend it.'))).toBe('It broke. Mend it.');
});
