import path from 'node:path';
import { root } from '../fixtures/app.ts';
import { axeFindings } from '../fixtures/axe.ts';
import { accountMissing } from '../fixtures/ssh-account.ts';
import { expect, test } from '../fixtures/ssh-workspace.ts';
import { hostScenes } from '../scenes/host-scenes.ts';
import { startHostWorld } from '../scenes/host-world.ts';
import { looks, wear } from '../scenes/looks.ts';
import type { Scene } from '../scenes/scene.ts';
import { firstScenes, scenes } from '../scenes/scenes.ts';
import { startFresh, startWorld, type World } from '../scenes/world.ts';

/** Looked at once by a person, and kept: a change of any of them is seen, and meant, or a mistake. */
const KEPT = new Set([
  'first-run',
  'running',
  'answer',
  'error',
  'inbox',
  'changes',
  'palette',
  'settings-general',
]);

test('every screen is without a finding of axe in every look, and the main ones look as they did', async ({
  desk,
}) => {
  test.setTimeout(400_000);
  const world = await startWorld(desk);
  for (const scene of scenes) await test.step(scene.name, () => lookAt(world, scene));
  expect(world.app.pageErrors.filter((line) => !line.includes('net::'))).toEqual([]);
});

test('so is the first one, and so does it look', async ({ desk }) => {
  const world = await startFresh(desk);
  for (const scene of firstScenes) await lookAt(world, scene);
});

test('no finding in what machines elsewhere ask and tell', async ({ desk, hosts }) => {
  const missing = accountMissing();
  test.skip(missing !== null, missing ?? '');
  test.setTimeout(400_000);
  const world = await startHostWorld(desk, hosts);
  for (const scene of hostScenes) await test.step(scene.name, () => lookAt(world, scene));
  expect(world.app.pageErrors.filter((line) => !line.includes('net::'))).toEqual([]);
});

async function lookAt<W extends World>(world: W, scene: Scene<W>): Promise<void> {
  const { page } = world;
  await scene.show(world);
  for (const look of looks) {
    await wear(page, look);
    expect.soft(await axeFindings(page), `${scene.name}, ${look}`).toEqual([]);
    if (!KEPT.has(scene.name) || process.platform !== 'linux') continue;
    await expect.soft(page).toHaveScreenshot(`${scene.name}-${look}.png`, {
      stylePath: path.join(root, 'e2e/scenes/still.css'),
      // Fonts are ours, their smoothing is the machine's.
      maxDiffPixelRatio: 0.01,
      threshold: 0.25,
      timeout: 15_000,
    });
  }
  await scene.leave?.(world);
}
