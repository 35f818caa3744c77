import type { ConnectTrace, TraceStage } from '@shared/model/host.ts';
import { describe, expect, test } from 'vitest';
import { doingWords, exactTime, fixPieces, outcomeWords, stagesToCome, traceText } from './trace-words.ts';

function stage(name: TraceStage['stage'], more: Partial<TraceStage> = {}): TraceStage {
  return {
    stage: name,
    hop: 'gpu-box',
    state: 'ok',
    startedAt: '2026-03-01T10:00:00.000Z',
    tookMs: 10,
    summary: 'fine',
    detail: null,
    fix: null,
    ...more,
  };
}

function trace(stages: readonly TraceStage[], outcome: ConnectTrace['outcome'] = 'running'): ConnectTrace {
  return { host: 'gpu-box', startedAt: '2026-03-01T10:00:00.000Z', outcome, stages };
}

describe('what an attempt is doing', () => {
  test('is the words of its last stage, with the machine where it is another one', () => {
    expect(doingWords(trace([stage('tcp'), stage('host-key', { state: 'running' })]))).toBe(
      'Checking the host key…',
    );
    expect(doingWords(trace([stage('upload', { state: 'running' })]))).toBe('Uploading the agent…');
    expect(doingWords(trace([stage('authentication', { state: 'waiting', hop: 'bastion' })]))).toBe(
      'bastion: Waiting for you',
    );
  });
  test('is nothing before it began and after it ended', () => {
    expect(doingWords(null)).toBeNull();
    expect(doingWords(trace([]))).toBeNull();
    expect(doingWords(trace([stage('tcp')], 'failed'))).toBeNull();
  });
});

test('how it ended, with the time in which the last stage was over', () => {
  const late = stage('agent', { startedAt: '2026-03-01T10:00:00.400Z', tookMs: 12 });
  expect(outcomeWords(trace([stage('tcp'), late], 'ok'))).toBe('Connected in 412 ms');
  const refused = stage('authentication', { state: 'failed', tookMs: 1_204 });
  expect(outcomeWords(trace([stage('tcp'), refused], 'failed'))).toBe('Failed at “Sign-in” after 1204 ms');
  expect(outcomeWords(trace([], 'failed'))).toBe('Failed after 0 ms');
  expect(outcomeWords(trace([stage('tcp', { state: 'running', tookMs: null })]))).toBe('Connecting…');
  expect(outcomeWords(trace([stage('host-key', { state: 'waiting', tookMs: null })]))).toBe(
    'Waiting for you',
  );
  expect(exactTime(12_340)).toBe('12.3 s');
});

test('what was not reached is named; stages of a jump host do not count for the host', () => {
  expect(
    stagesToCome(trace([stage('configuration'), stage('authentication', { hop: 'bastion' })])),
  ).toEqual(['Host key', 'Sign-in', 'Agent', 'Forwarding']);
  expect(stagesToCome(trace([stage('authentication'), stage('probe')], 'failed'))).toEqual([
    'Agent',
    'Forwarding',
  ]);
  expect(stagesToCome(trace([stage('probe')], 'ok'))).toEqual([]);
});

test('commands in a fix are cut out', () => {
  expect(fixPieces('Run "ssh-keygen -R box", then try again.')).toEqual([
    { kind: 'words', text: 'Run ' },
    { kind: 'command', text: 'ssh-keygen -R box' },
    { kind: 'words', text: ', then try again.' },
  ]);
  expect(fixPieces('Check the port.')).toEqual([{ kind: 'words', text: 'Check the port.' }]);
  expect(fixPieces('an odd " stays')).toEqual([{ kind: 'words', text: 'an odd " stays' }]);
});

test('as text: every stage with its time, details and the fix', () => {
  const stages = [
    stage('host-key', { hop: 'bastion', summary: 'known, ED25519', tookMs: 1 }),
    stage('authentication', {
      state: 'failed',
      summary: 'publickey refused',
      detail: 'offered: publickey\ntried: ~/.ssh/id_ed25519\n',
      fix: 'Add the key.',
      tookMs: 312,
    }),
  ];
  expect(traceText(trace(stages, 'failed'))).toBe(
    [
      'Connection to gpu-box, 2026-03-01T10:00:00.000Z',
      'Failed at “Sign-in: gpu-box” after 312 ms',
      '',
      'ok    Host key: bastion: known, ED25519  (1 ms)',
      'FAIL  Sign-in: gpu-box: publickey refused  (312 ms)',
      '        offered: publickey',
      '        tried: ~/.ssh/id_ed25519',
      '      → Add the key.',
      '',
    ].join('\n'),
  );
});
