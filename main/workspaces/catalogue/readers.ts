import type { Entry } from './entry.ts';
import { judgeOptions, type Options } from './options.ts';

const SHOWS = 'prints what it reads; it has no option to write or to run anything';

/** Programs that print files or what they are fed. Options that follow links, write or run are not covered. */
export const readerEntries: readonly Entry[] = [
  reads('ls', 'lists names; -L and -H, which follow links, are not covered', {
    flags: `-a -A -b -B -c -C -d -f -F -g -G -h -i -k -l -m -n -N -o -p -q -Q -r -R -s -S -t -u -U -v -x -X -1 --all
      --almost-all --directory --human-readable --recursive --reverse --group-directories-first --inode --size
      --full-time --classify`,
    optional: '--color --sort --time --time-style --format --indicator-style',
    operands: 'paths',
  }),
  reads('cat', SHOWS, {
    flags: '-A -b -e -E -n -s -t -T -u -v --number --show-all --show-ends --show-tabs --squeeze-blank',
    operands: 'paths',
  }),
  reads('head', SHOWS, {
    flags: '-q -v',
    values: '-n -c --lines --bytes',
    digits: true,
    operands: 'paths',
  }),
  reads('tail', 'prints what it reads; -f and -F, which wait for what a name becomes, are not covered', {
    flags: '-q -v',
    values: '-n -c --lines --bytes',
    digits: true,
    operands: 'paths',
  }),
  reads('wc', 'counts; --files0-from, which reads names, is not covered', {
    flags: '-c -l -L -m -w --bytes --chars --lines --words --max-line-length',
    operands: 'paths',
  }),
  reads('grep', 'searches; -R, which follows links, and -f are not covered', {
    flags: `-a -b -c -E -F -G -h -H -i -I -l -L -n -o -P -q -r -s -T -U -v -w -x -y -z -Z --count --line-number
      --files-with-matches --files-without-match --ignore-case --invert-match --no-filename --with-filename
      --only-matching --quiet --recursive --word-regexp --line-regexp --extended-regexp --fixed-strings --text
      --perl-regexp --no-messages`,
    values: `-e -m -A -B -C --regexp --max-count --after-context --before-context --context --include --exclude
      --exclude-dir`,
    optional: '--color --colour',
    operands: 'text-then-paths',
    noText: '-e --regexp',
  }),
  reads('rg', 'searches; --pre, -z and --hostname-bin, which run programs, and -L are not covered', {
    flags: `-a -c -F -H -i -I -l -n -N -o -p -P -q -s -S -u -U -v -w -x -0 --count --files --files-with-matches
      --files-without-match --fixed-strings --heading --no-heading --hidden --ignore-case --smart-case
      --case-sensitive --invert-match --json --line-number --no-line-number --multiline --no-filename
      --with-filename --no-ignore --no-ignore-vcs --null --only-matching --pcre2 --quiet --stats --text --trim
      --vimgrep --word-regexp --line-regexp --column --type-list`,
    values: `-e -g -t -T -A -B -C -m -M -r -d -j --regexp --glob --iglob --type --type-not --type-add --after-context
      --before-context --context --max-count --max-columns --max-depth --replace --sort --sortr --color --colors
      --threads`,
    operands: 'text-then-paths',
    noText: '-e --regexp --files --type-list',
  }),
  reads('cut', SHOWS, {
    flags: '-s --only-delimited',
    values: '-b -c -d -f --bytes --characters --delimiter --fields --output-delimiter',
    operands: 'paths',
  }),
  reads('sort', 'sorts; -o, --compress-program, -T and --files0-from are not covered', {
    flags: `-b -c -d -f -g -h -i -M -n -r -s -u -V -z --ignore-case --numeric-sort --reverse --unique
      --human-numeric-sort --version-sort --stable`,
    values: '-k -t --key --field-separator',
    operands: 'paths',
  }),
  reads('uniq', 'drops repeated lines of what it is fed; a second name would be written to', {
    flags: '-c -d -D -i -u -z --count --repeated --unique --ignore-case',
    values: '-f -s -w',
    operands: 'none',
  }),
  reads('tr', 'replaces characters of what it is fed', {
    flags: '-c -C -d -s -t --complement --delete --squeeze-repeats',
    operands: 'texts',
  }),
  reads('diff', 'compares; -r, which follows links, and -l, which runs pr, are not covered', {
    flags: '-a -b -B -c -i -N -q -s -t -u -w -y --brief --unified --side-by-side --ignore-case',
    values: '-U -C -W',
    optional: '--unified --color',
    operands: 'paths',
  }),
  reads('du', 'adds up sizes; -L and -D, which follow links, are not covered', {
    flags: '-a -c -h -k -m -s -x -S --all --apparent-size --human-readable --summarize --total',
    values: '-d --max-depth --exclude',
    operands: 'paths',
  }),
  reads('stat', 'prints a file’s facts; -L is not covered', { values: '-c --format', operands: 'paths' }),
  reads('tree', 'lists names; -l, which follows links, and -o, which writes, are not covered', {
    flags: '-a -d -f -h -i -C -F -n -p -s --dirsfirst --gitignore --noreport',
    values: '-L -I -P',
    operands: 'paths',
  }),
  reads('realpath', 'prints where a name leads', {
    flags: '-e -m -q -s --canonicalize-existing --canonicalize-missing --no-symlinks',
    operands: 'paths',
  }),
  reads('sha256sum', 'prints a sum; -c, which reads names, is not covered', { operands: 'paths' }),
];

function reads(name: string, why: string, options: Options): Entry {
  return { name, why, judge: judgeOptions(options) };
}
