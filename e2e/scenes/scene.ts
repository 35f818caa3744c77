import type { Locator } from '@playwright/test';
import { expect } from '../fixtures/desk.ts';
import type { World } from './world.ts';

/** A state of the window that a person meets. Each begins where the one before it was left. */
export interface Scene<W extends World = World> {
  readonly name: string;
  show(world: W): Promise<void>;
  /** Back to the window without it. */
  leave?(world: W): Promise<void>;
}

export const escape = ({ page }: World) => page.keyboard.press('Escape');

/** The settings, at one of their parts. */
export async function settings({ page }: World, part: string): Promise<Locator> {
  const dialog = page.getByRole('dialog', { name: 'Settings' });
  if (!(await dialog.isVisible())) await page.getByRole('button', { name: 'Settings' }).click();
  await dialog.getByRole('tab', { name: part, exact: true }).click();
  const panel = dialog.getByRole('tabpanel', { name: part, exact: true });
  await expect(panel).toBeVisible();
  return panel;
}
