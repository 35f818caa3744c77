import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import type { Desk } from '../fixtures/desk.ts';
import { HostDialogs } from '../fixtures/host-dialogs.ts';
import type { Repository } from '../fixtures/repository.ts';
import { configureHost, placeOf } from '../fixtures/ssh-person.ts';
import { expect, type Hosts } from '../fixtures/ssh-workspace.ts';
import { fillApiServer } from './api-server.ts';
import type { World } from './world.ts';

/** A person with two machines in their SSH configuration: one that asks much, one that is not there. */
export interface HostWorld extends World {
  readonly dialogs: HostDialogs;
  readonly repository: Repository;
}

export const PASSWORD = 'correct horse battery';
export const CODE = '24681012';

export async function startHostWorld(desk: Desk, hosts: Hosts): Promise<HostWorld> {
  const host = await hosts.start({
    account: { name: 'dev', password: PASSWORD, code: CODE },
    config: ['AuthenticationMethods keyboard-interactive'],
  });
  const person = host.person({ knowsHost: false });
  configureHost(person, 'gpu-box', { ...placeOf(host.sshd), PubkeyAuthentication: 'no' });
  const nobody = `\nHost dev-box.build.internal\n  HostName 127.0.0.1\n  Port ${await unusedPort()}\n`;
  fs.appendFileSync(path.join(person.homeDir, '.ssh/config'), nobody);
  const repository = desk.repository('api-server');
  fillApiServer(repository);
  fs.writeFileSync(
    path.join(repository.directory, 'AGENTS.md'),
    'Run the tests before you say it is done.\n',
  );
  fs.writeFileSync(path.join(repository.directory, '.git/hooks/pre-commit'), '#!/bin/sh\n', {
    mode: 0o755,
  });
  const { app, chat } = await desk.start({
    ...person,
    provider: 'anthropic',
    folder: repository.directory,
  });
  await app.window.setViewportSize({ width: 1280, height: 820 });
  await expect(chat.message).toBeVisible();
  const dialogs = new HostDialogs(app.window);
  return { app, page: app.window, chat, server: desk.server, ids: new Map(), dialogs, repository };
}

/** At which nobody listens. */
function unusedPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
