/** Which stretch of `before` becomes what, so that it is `after`. */
export function changeBetween(
  before: string,
  after: string,
): { readonly from: number; readonly to: number; readonly text: string } {
  const most = Math.min(before.length, after.length);
  let from = 0;
  while (from < most && before[from] === after[from]) from++;
  let same = 0;
  while (same < most - from && before.at(-1 - same) === after.at(-1 - same)) same++;
  return { from, to: before.length - same, text: after.slice(from, after.length - same) };
}

/**
 * Writes as if it were typed, where the field has the focus: the person can undo it. `execCommand` is the only way in
 * which a page can add to what a field undoes.
 */
export function typeInto(box: HTMLTextAreaElement, text: string, from: number, to: number): void {
  box.setSelectionRange(from, to);
  const done =
    box === document.activeElement &&
    (text === ''
      ? from === to || document.execCommand('delete')
      : document.execCommand('insertText', false, text));
  if (done) return;
  box.setRangeText(text, from, to, 'end');
  box.dispatchEvent(new Event('input', { bubbles: true }));
}
