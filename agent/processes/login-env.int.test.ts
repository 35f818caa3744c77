import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadLoginEnv, ownEnv } from './login-env.ts';

const WAIT_MS = 60_000;
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'gaffer-shell-'));
  vi.stubEnv('OWN_VARIABLE', 'own');
  vi.stubEnv('ANTHROPIC_API_KEY', 'secret');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true });
});

/** A login shell with these lines before its work; `$2` is what it was asked to run. */
function shell(...lines: readonly string[]): string {
  const file = path.join(dir, 'shell');
  writeFileSync(file, ['#!/bin/sh', ...lines].join('\n'), { mode: 0o755 });
  return file;
}

describe('the environment of a login shell', () => {
  it('has what its startup files set, whatever they print, and no secrets', async () => {
    const noisy = shell(
      'echo Welcome; echo FAKE=1',
      'export FROM_PROFILE="two\nlines = 2"',
      'export OPENAI_API_KEY=x GAFFER_TOKEN=y',
      'sleep 300 &',
      'sh -c "$2"',
      'kill $!; echo bye',
    );
    const { env } = await loadLoginEnv(noisy, WAIT_MS);
    expect(env).toMatchObject({ FROM_PROFILE: 'two\nlines = 2', OWN_VARIABLE: 'own' });
    for (const name of ['FAKE', 'OPENAI_API_KEY', 'GAFFER_TOKEN', 'ANTHROPIC_API_KEY', 'SHLVL', 'PWD']) {
      expect(env).not.toHaveProperty(name);
    }
  });

  it.each([
    ['fails', ['exit 1'], WAIT_MS, 'ended with 1'],
    ['says nothing of use', ['echo hello'], WAIT_MS, 'told nothing'],
    ['hangs', ['exec sleep 300'], 300, 'did not answer within 0.3 s'],
  ])('cannot be read when the shell %s', async (_what, lines, waitMs, why) => {
    const asked = await loadLoginEnv(shell(...lines), waitMs);
    expect(asked).toEqual({ env: null, failure: expect.stringContaining(why) });
  });

  it('cannot be read when there is no such shell', async () => {
    const asked = await loadLoginEnv(path.join(dir, 'none'), WAIT_MS);
    expect(asked).toEqual({ env: null, failure: expect.stringContaining('could not be run') });
  });

  it('is stood in for by our own, without secrets', () => {
    expect(ownEnv()).toMatchObject({ OWN_VARIABLE: 'own' });
    expect(ownEnv()).not.toHaveProperty('ANTHROPIC_API_KEY');
  });
});
