import { expect, test } from 'vitest';
import { removalLook } from './removal-look.ts';

const path = '/home/dev/.gaffer';
const gone = {
  kind: 'removed',
  path,
  freedBytes: null,
  stoppedAgents: 1,
  stoppedProcesses: 0,
  kept: [],
} as const;

test('what was removed, with what it freed and what stays', () => {
  expect(removalLook(gone, 'box')).toMatchObject({ words: 'Gaffer was removed from box.', can: null });
  const much = { ...gone, freedBytes: 3 * 1024 * 1024, stoppedProcesses: 2, kept: ['notes.txt'] };
  expect(removalLook(much, 'box')).toMatchObject({
    words:
      'Gaffer was removed from box (3.0 MB freed, 2 commands stopped). What Gaffer did not make stays there:',
    lines: ['notes.txt'],
  });
  expect(removalLook({ kind: 'absent', path }, 'box').words).toBe('There is nothing of Gaffer on box.');
});

test('what still runs is named, and may be stopped', () => {
  const process = { command: 'sleep 600', workdir: '/srv', startedAt: null };
  expect(
    removalLook({ kind: 'busy', path, processes: [process], terminals: 2, elsewhere: ['node-7'] }, 'box'),
  ).toMatchObject({
    label: 'What still runs there',
    lines: ['sleep 600  — in /srv', '2 terminals', 'an agent on node-7, which shares this home'],
    can: 'Remove anyway',
  });
});

test('a place that is left alone says why', () => {
  const refused = {
    kind: 'refused',
    path,
    message: 'It is a link.',
    detail: null,
    fix: 'Look at it.',
  } as const;
  expect(removalLook(refused, 'box')).toMatchObject({
    words: 'It is a link. Look at it.',
    tone: 'err',
    can: null,
  });
});
