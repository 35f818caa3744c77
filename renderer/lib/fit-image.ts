/** Servers refuse larger pictures, and none looks at more points than this. */
const MAX_BYTES = 5 * 1024 * 1024;
const MAX_SIDE = 2_400;

/** A picture that is too large for a model, made smaller; any other file, and what cannot be read, as it is. */
export async function fitImage(file: File): Promise<File> {
  if (file.size <= MAX_BYTES || !/^image\/(png|jpeg|webp)$/.test(file.type)) return file;
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) return file;
  try {
    const scale = Math.min(1, MAX_SIDE / Math.max(picture.width, picture.height));
    const canvas = new OffscreenCanvas(
      Math.max(1, Math.round(picture.width * scale)),
      Math.max(1, Math.round(picture.height * scale)),
    );
    canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const smaller = await canvas.convertToBlob({ type: 'image/webp', quality: 0.9 });
    return new File([smaller], file.name.replace(/\.\w+$/, '.webp'), { type: 'image/webp' });
  } finally {
    picture.close();
  }
}
