import type { Page } from '@playwright/test';
import type { RunningApp } from '../fixtures/app.ts';
import { expect, test } from '../fixtures/desk.ts';

const inspector = (page: Page) => page.getByRole('complementary', { name: 'Inspector' });
const toggle = (page: Page) => page.getByRole('button', { name: 'Toggle inspector' });
const tab = (page: Page, name: string) =>
  page.getByRole('tablist', { name: 'Inspector' }).getByRole('tab', { name });

async function setWindowWidth(app: RunningApp, width: number): Promise<void> {
  await app.electron.evaluate(({ BrowserWindow }, to) => {
    BrowserWindow.getAllWindows()[0]?.setSize(to, 820);
  }, width);
  await expect.poll(() => app.window.evaluate(() => innerWidth)).toBe(width);
}

async function widthOf(page: Page, role: 'complementary' | 'main'): Promise<number> {
  const box = await page.getByRole(role).boundingBox();
  return Math.round(box?.width ?? 0);
}

test('the inspector is toggled, sized by keys and by dragging, and remembered', async ({ desk }) => {
  const repository = desk.repository();
  const { app } = await desk.start({ folder: repository.directory });
  const page = app.window;
  await setWindowWidth(app, 1280);
  await expect(toggle(page)).toHaveAttribute('aria-pressed', 'false');
  await expect(inspector(page)).toBeHidden();

  await toggle(page).click();
  await expect(toggle(page)).toHaveAttribute('aria-pressed', 'true');
  await expect(inspector(page)).toBeVisible();
  expect(await widthOf(page, 'complementary')).toBe(420);
  await page.keyboard.press('Control+i');
  await expect(inspector(page)).toBeHidden();
  await page.keyboard.press('Control+i');

  // The workspace, in its tab's panel.
  await tab(page, 'Details').click();
  const panel = page.getByRole('tabpanel', { name: 'Details' });
  await expect(panel).toContainText(repository.directory);
  await expect(panel).toContainText('this computer');

  // Its edge, by keys and by the pointer; the conversation keeps its minimum.
  const edge = page.getByRole('separator', { name: 'Resize inspector' });
  await edge.press('ArrowLeft');
  await expect.poll(() => widthOf(page, 'complementary')).toBe(436);
  await edge.press('End');
  await expect.poll(() => widthOf(page, 'main')).toBe(420);
  await edge.press('Home');
  await expect.poll(() => widthOf(page, 'complementary')).toBe(320);
  const at = await edge.boundingBox();
  await page.mouse.move((at?.x ?? 0) + 3, 400);
  await page.mouse.down();
  await page.mouse.move((at?.x ?? 0) + 3 - 120, 400, { steps: 4 });
  await page.mouse.up();
  await expect.poll(() => widthOf(page, 'complementary')).toBe(440);

  // It lies over the conversation of a narrow window, which first shows the conversation alone.
  await setWindowWidth(app, 1000);
  await expect(inspector(page)).toBeHidden();
  expect(await widthOf(page, 'main')).toBe(736);
  await toggle(page).click();
  await expect(inspector(page)).toBeVisible();
  expect(await widthOf(page, 'main')).toBe(736);
  await tab(page, 'Details').press('Escape');
  await expect(inspector(page)).toBeHidden();
  await setWindowWidth(app, 1280);
  await expect(inspector(page)).toBeVisible();

  await app.close();
  const again = await desk.again(app);
  await expect(inspector(again.app.window)).toBeVisible({ timeout: 60_000 });
  await expect.poll(() => widthOf(again.app.window, 'complementary')).toBe(440);
  expect(again.app.pageErrors).toEqual([]);
});
