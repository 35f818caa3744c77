/**
 * Milliseconds since 1970 with fractions, on the wall clock that all processes of a machine share. Node reads
 * that clock once for `performance.timeOrigin`; the rest of the difference is found at a tick of Date.now().
 */
const skewMs = (() => {
  const from = Date.now();
  let now = from;
  while (now === from) now = Date.now();
  return now - (performance.timeOrigin + performance.now());
})();

export function wallMs(): number {
  return performance.timeOrigin + performance.now() + skewMs;
}
