import type { Page } from '@playwright/test';

/** How the window may look; the app follows what the system prefers. */
export const looks = ['dark', 'light', 'contrast'] as const;
export type Look = (typeof looks)[number];

export async function wear(page: Page, look: Look): Promise<void> {
  await page.emulateMedia({
    colorScheme: look === 'light' ? 'light' : 'dark',
    contrast: look === 'contrast' ? 'more' : 'no-preference',
    reducedMotion: 'reduce',
  });
}
