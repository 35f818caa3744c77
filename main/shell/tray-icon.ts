/** What the glyph in the tray tells besides that Gaffer is there. */
export type TrayLook = 'rest' | 'running' | 'waiting';

type Rgb = readonly [red: number, green: number, blue: number];
const INK: Rgb = [202, 204, 207];
const DOT: Readonly<Record<TrayLook, Rgb | null>> = {
  rest: null,
  running: [79, 209, 207],
  waiting: [242, 193, 78],
};

/** Pure. A ring, open where a "G" is, with a dot: drawn, so that there is no file to be found. As BGRA, `size` squared. */
export function drawTrayIcon(look: TrayLook, size: number): Uint8Array {
  const pixels = new Uint8Array(size * size * 4);
  const middle = (size - 1) / 2;
  const radius = size * 0.36;
  const dot = DOT[look];
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [dx, dy] = [x - middle, y - middle];
      const isOpen = dx > 0 && dy < 0 && dy > -radius * 0.75;
      const ring = isOpen ? 0 : cover(Math.abs(Math.hypot(dx, dy) - radius), size * 0.075);
      const bar = Math.abs(dy) < size * 0.06 && dx >= 0 && dx <= radius ? 1 : 0;
      paint(pixels, (y * size + x) * 4, INK, Math.max(ring, bar));
      const far = Math.hypot(x - size * 0.78, y - size * 0.22);
      if (dot) paint(pixels, (y * size + x) * 4, dot, cover(far, size * 0.18));
    }
  }
  return pixels;
}

/** How much of a pixel lies within: its edge is soft. */
function cover(distance: number, within: number): number {
  return Math.min(1, Math.max(0, within - distance + 0.5));
}

/** Over what is there, premultiplied as bitmaps are. */
function paint(pixels: Uint8Array, at: number, [red, green, blue]: Rgb, alpha: number): void {
  const over = (below: number, colour: number) => Math.round(colour * alpha + below * (1 - alpha));
  for (const [channel, colour] of [blue, green, red, 255].entries())
    pixels[at + channel] = over(pixels[at + channel] ?? 0, colour);
}
