import fs from 'node:fs';
import { LEAST_ZOOM, MOST_ZOOM } from '@shared/model/zoom.ts';
import { z } from 'zod';

export const MIN_WIDTH = 640;
export const MIN_HEIGHT = 480;

const rectangle = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().min(MIN_WIDTH),
  height: z.number().int().min(MIN_HEIGHT),
});
const windowState = z.object({
  bounds: rectangle.nullable(),
  maximized: z.boolean(),
  fullScreen: z.boolean().default(false),
  /** Kept here too, because the first colour is needed before the database is open. */
  theme: z.enum(['system', 'light', 'dark']),
  /** And so is the size of everything. */
  zoom: z.number().min(LEAST_ZOOM).max(MOST_ZOOM).catch(1),
});

export type Rectangle = z.infer<typeof rectangle>;
export type WindowState = z.infer<typeof windowState>;

const FIRST: WindowState = { bounds: null, maximized: false, fullScreen: false, theme: 'system', zoom: 1 };

/** A missing or spoilt file is a first start. */
export function readWindowState(file: string): WindowState {
  try {
    const parsed = windowState.safeParse(JSON.parse(fs.readFileSync(file, 'utf8')));
    return parsed.success ? parsed.data : FIRST;
  } catch {
    return FIRST;
  }
}

/** Replaces the file in one step. Throws what the file system throws. */
export function writeWindowState(file: string, state: WindowState): void {
  const next = `${file}.new`;
  fs.writeFileSync(next, `${JSON.stringify(state)}\n`, { mode: 0o600 });
  fs.renameSync(next, file);
}

/**
 * Pure. The remembered place; on the nearest display where its title bar would lie outside of every one, and no larger
 * than that display. Null: nothing is remembered.
 */
export function placeOn(displays: readonly Rectangle[], remembered: Rectangle | null): Rectangle | null {
  if (remembered === null) return null;
  const grip = { x: remembered.x + remembered.width / 2, y: remembered.y + 16 };
  const holds = (at: Rectangle) =>
    grip.x >= at.x && grip.x < at.x + at.width && grip.y >= at.y && grip.y < at.y + at.height;
  const far = (at: Rectangle) => {
    const [x, y] = [clamp(grip.x, at.x, at.x + at.width), clamp(grip.y, at.y, at.y + at.height)];
    return Math.hypot(grip.x - x, grip.y - y);
  };
  const [at] = displays.toSorted((a, b) => far(a) - far(b));
  if (!at) return null;
  // Where it was put partly outside, and fits, it was put there by its owner.
  if (holds(at) && remembered.width <= at.width && remembered.height <= at.height) return remembered;
  const width = Math.min(remembered.width, at.width);
  const height = Math.min(remembered.height, at.height);
  return {
    x: clamp(remembered.x, at.x, at.x + at.width - width),
    y: clamp(remembered.y, at.y, at.y + at.height - height),
    width,
    height,
  };
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}
