import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { mountSmallDisk, smallDiskMissing } from '../../e2e/fixtures/small-disk.ts';
import { startTestAgent } from './test-agent.ts';

const missing = smallDiskMissing();
const reason = missing === null ? '' : ` [not here: ${missing}]`;

test.skipIf(missing)(`what a full disk took of the end of a command is told${reason}`, async () => {
  const signal = AbortSignal.timeout(120_000);
  const disk = mountSmallDisk(16);
  onTestFinished(() => disk.unmount());
  const marks = await mkdtemp(path.join(os.tmpdir(), 'gaffer-marks-'));
  onTestFinished(() => rm(marks, { recursive: true, force: true }));
  const agent = await startTestAgent({ base: path.join(disk.directory, 'base') });
  onTestFinished(() => agent.close());
  const [full, said] = [path.join(marks, 'full'), path.join(marks, 'said')];
  const command = `until [ -e ${full} ]; do sleep 0.1; done; head -c 2000000 /dev/zero | tr '\\0' x; : >${said}`;
  const { id } = await agent.client.startProcess({ command }, { signal, key: randomUUID() });
  disk.fillUpTo(0);
  await writeFile(full, '');
  await expect.poll(() => existsSync(said), { timeout: 60_000 }).toBe(true);
  disk.free();
  const { truncated, exit_code } = await agent.client.processOutput(id, true, { signal });
  expect(exit_code).toBe(0);
  expect(truncated?.original_bytes).toBe(2_000_000);
  const end = await agent.client.spool(id, 2_000_000, false, { signal });
  expect(end).toMatchObject({ data: '', next: 2_000_000, running: false });
});
