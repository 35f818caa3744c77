import { axeFindings } from '../fixtures/axe.ts';
import { expect, test } from '../fixtures/desk.ts';
import { scenes } from '../scenes/scenes.ts';
import { startWorld } from '../scenes/world.ts';

test('every screen is without a finding of axe, in dark and in light', async ({ desk }) => {
  test.setTimeout(300_000);
  const world = await startWorld(desk);
  for (const scene of scenes) {
    await test.step(scene.name, async () => {
      await scene.show(world);
      for (const theme of ['dark', 'light'] as const) {
        await world.page.emulateMedia({ colorScheme: theme });
        await world.app.screenshot(`look-${scene.name}-${theme}`);
        expect.soft(await axeFindings(world.page), `${scene.name}, ${theme}`).toEqual([]);
      }
      await scene.leave?.(world);
    });
  }
  expect(world.app.pageErrors.filter((line) => !line.includes('net::'))).toEqual([]);
});
