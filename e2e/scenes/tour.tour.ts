import fs from 'node:fs';
import path from 'node:path';
import { root } from '../fixtures/app.ts';
import { type Desk, test } from '../fixtures/desk.ts';
import { type Look, looks, wear } from './looks.ts';
import { firstScenes, type Scene, scenes } from './scenes.ts';
import { startFresh, startWorld, type World } from './world.ts';

const album = path.join(root, 'test-results/tour');
const WIDTHS = [
  [900, 700],
  [1280, 820],
  [1920, 1080],
] as const;

/** GAFFER_TOUR=settings: only the scenes whose names hold it; the others are passed through without a picture. */
const only = process.env['GAFFER_TOUR'] ?? '';

test('a crew at work', ({ desk }) => walk(desk, startWorld, scenes, 20));
test('the first minutes', ({ desk }) => walk(desk, startFresh, firstScenes, 0));

async function walk(
  desk: Desk,
  start: (desk: Desk) => Promise<World>,
  states: readonly Scene[],
  from: number,
): Promise<void> {
  const world = await start(desk);
  fs.mkdirSync(album, { recursive: true });
  for (const [i, scene] of states.entries()) {
    await scene.show(world);
    if (scene.name.includes(only)) {
      const number = String(from + i + 1).padStart(2, '0');
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
