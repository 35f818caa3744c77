import { attach, type Box } from '../../state/attachments.ts';
import { draftFiles } from '../../state/drafts.ts';
import { isLong, pastedFile } from './pasted-text.ts';

/** Pictures, files and long texts are attached; true: nothing is left to paste. */
export function pasteFiles(box: Box, data: DataTransfer): boolean {
  const text = data.getData('text/plain');
  const files = [...data.files];
  // A word processor brings a picture of the words that it copied, too.
  if (files.length > 0 && (text === '' || !data.types.includes('text/html'))) {
    void attach(box, files.map(named));
    return true;
  }
  if (!isLong(text)) return false;
  void attach(box, [pastedFile(text, box.kind === 'draft' ? draftFiles(box.key) : [])]);
  return true;
}

/** A picture from the clipboard is called "image.png" by the browser. */
function named(file: File): File {
  if (!/^image\.\w+$/.test(file.name)) return file;
  const time = new Date().toTimeString().slice(0, 8).replaceAll(':', '.');
  return new File([file], file.name.replace(/^image/, `Pasted picture ${time}`), { type: file.type });
}
