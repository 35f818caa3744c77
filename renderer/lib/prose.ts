/** Words in files of these names are not keywords. */
export function isProse(path: string): boolean {
  return /\.(?:md|markdown|txt|rst|adoc|csv|log)$/i.test(path);
}
