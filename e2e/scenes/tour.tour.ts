import fs from 'node:fs';
import path from 'node:path';
import { root } from '../fixtures/app.ts';
import { accountMissing } from '../fixtures/ssh-account.ts';
import { test } from '../fixtures/ssh-workspace.ts';
import { hostScenes } from './host-scenes.ts';
import { startHostWorld } from './host-world.ts';
import { type Look, looks, wear } from './looks.ts';
import type { Scene } from './scene.ts';
import { firstScenes, scenes } from './scenes.ts';
import { startFresh, startWorld, type World } from './world.ts';

const album = path.join(root, 'test-results/tour');
const WIDTHS = [
  [900, 700],
  [1280, 820],
  [1920, 1080],
] as const;

/** GAFFER_TOUR=settings: only the scenes whose names hold it; the others are passed through without a picture. */
const only = process.env['GAFFER_TOUR'] ?? '';

test('the first minutes', async ({ desk }) => walk(await startFresh(desk), firstScenes, 0));
test('a crew at work', async ({ desk }) => walk(await startWorld(desk), scenes, 20));
test('machines elsewhere', async ({ desk, hosts }) => {
  const missing = accountMissing();
  test.skip(missing !== null, missing ?? '');
  await walk(await startHostWorld(desk, hosts), hostScenes, 100);
});

async function walk<W extends World>(world: W, states: readonly Scene<W>[], from: number): Promise<void> {
  fs.mkdirSync(album, { recursive: true });
  for (const [i, scene] of states.entries()) {
    await scene.show(world);
    if (scene.name.includes(only)) {
      const number = String(from + i + 1).padStart(3, '0');
      for (const look of looks) await picture(world, look, `${number}-${scene.name}`);
    }
    await scene.leave?.(world);
  }
}

async function picture(world: World, look: Look, name: string): Promise<void> {
  await wear(world.page, look);
  for (const [width, height] of WIDTHS) {
    await world.page.setViewportSize({ width, height });
    await world.page.screenshot({ path: path.join(album, `${name}-${look}-${width}.png`) });
  }
  await world.page.setViewportSize({ width: 1280, height: 820 });
}
