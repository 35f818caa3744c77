import { type Entry, literals } from './entry.ts';

const WITHOUT_VALUE = new Set(
  '-not ! -o -or -a -and ( ) , -print -print0 -empty -prune -true -false -depth -mount -xdev -readable -writable -executable -ls -quit'.split(
    ' ',
  ),
);
const WITH_VALUE = new Set(
  '-name -iname -path -ipath -wholename -type -maxdepth -mindepth -size -mtime -mmin -atime -ctime -perm -user -group -links'.split(
    ' ',
  ),
);

/**
 * Its expression can run (-exec, -execdir, -ok), delete (-delete) and write (-fprint, -fls), and -L, -H and -follow
 * go where links lead: only tests and printing are known here.
 */
export const findEntry: Entry = {
  name: 'find',
  why: 'lists names; -exec, -delete, -fprint and whatever follows links are not covered',
  judge(args) {
    const texts = literals(args);
    if (texts === null) return null;
    const begin = texts.findIndex((text) => /^[-(!,]/.test(text));
    const paths = begin < 0 ? texts : texts.slice(0, begin);
    return isExpression(begin < 0 ? [] : texts.slice(begin)) ? { paths } : null;
  },
};

function isExpression(texts: readonly string[]): boolean {
  for (let at = 0; at < texts.length; at++) {
    const text = texts[at] ?? '';
    if (WITH_VALUE.has(text)) {
      if (++at >= texts.length) return false;
    } else if (!WITHOUT_VALUE.has(text)) return false;
  }
  return true;
}
