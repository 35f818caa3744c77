/** What was dropped, as far as a drop tells it. A browser gives a folder as a file without content. */
interface DroppedItem {
  readonly kind: string;
  getAsFile(): File | null;
  webkitGetAsEntry(): { readonly isDirectory: boolean } | null;
}

export interface Dropped {
  readonly files: readonly File[];
  readonly folders: readonly File[];
}

export function takeDropped(items: Iterable<DroppedItem>): Dropped {
  const files: File[] = [];
  const folders: File[] = [];
  for (const item of items) {
    if (item.kind !== 'file') continue;
    // Asked before the file: it is known only while the drop is handled.
    const isFolder = item.webkitGetAsEntry()?.isDirectory ?? false;
    const file = item.getAsFile();
    if (file) (isFolder ? folders : files).push(file);
  }
  return { files, folders };
}
