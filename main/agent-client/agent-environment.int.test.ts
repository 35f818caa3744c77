import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createAgentClient } from './http-client.ts';
import { environmentText } from './note-environment.ts';
import { startTestAgent } from './test-agent.ts';

const signal = AbortSignal.timeout(120_000);

/** Of an agent whose person has this login shell. */
async function environmentOf(SHELL: string) {
  const agent = await startTestAgent({ env: { SHELL } });
  onTestFinished(() => agent.close());
  const { socket, token } = agent.local.address;
  const client = createAgentClient({ token, connect: () => net.connect(socket) });
  onTestFinished(() => client.close());
  return client.environment({ signal });
}

test('an agent tells what its commands get: that of the login shell', async () => {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'gaffer-login-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const shell = path.join(dir, 'shell');
  await writeFile(
    shell,
    '#!/bin/sh\nexport PATH="/from/login:$PATH"\n[ "$1" = -ilc ] && exec sh -c "$2"\n',
  );
  await chmod(shell, 0o755);
  const found = await environmentOf(shell);
  expect(found).toEqual({ shell, path: expect.stringMatching(/^\/from\/login:/), failure: null });
  expect(environmentText(found)).toMatch(
    /^Commands get the environment of a login .*\nPATH=\/from\/login:/,
  );
});

test('or its own, and why', async () => {
  const found = await environmentOf('/bin/false');
  expect(found.failure).toBe('/bin/false ended with 1 and told nothing');
  expect(found.path).not.toBe('');
  expect(environmentText(found)).toContain("the agent's own environment: /bin/false ended with 1");
});
