export type ZoomWay = 'in' | 'out' | 'reset';

export const LEAST_ZOOM = 0.5;
export const MOST_ZOOM = 3;
const STEPS = [0.5, 0.67, 0.75, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3];

/** The next step of a browser's; at either end it stays. */
export function zoomed(zoom: number, way: ZoomWay): number {
  if (way === 'reset') return 1;
  const next =
    way === 'in'
      ? STEPS.find((step) => step > zoom + 0.001)
      : STEPS.findLast((step) => step < zoom - 0.001);
  return next ?? zoom;
}
