/** There is one inspector in a window, and one tree of files in it. */
export function focusTree(): void {
  document.querySelector<HTMLElement>('.file-tree')?.focus();
}
