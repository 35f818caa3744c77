import { axeFindings } from '../fixtures/axe.ts';
import { expect, test } from '../fixtures/desk.ts';
import { looks, wear } from '../scenes/looks.ts';
import { scenes } from '../scenes/scenes.ts';
import { startWorld } from '../scenes/world.ts';

test('every screen is without a finding of axe, in every look', async ({ desk }) => {
  test.setTimeout(300_000);
  const world = await startWorld(desk);
  for (const scene of scenes) {
    await test.step(scene.name, async () => {
      await scene.show(world);
      for (const look of looks) {
        await wear(world.page, look);
        expect.soft(await axeFindings(world.page), `${scene.name}, ${look}`).toEqual([]);
      }
      await scene.leave?.(world);
    });
  }
  expect(world.app.pageErrors.filter((line) => !line.includes('net::'))).toEqual([]);
});
