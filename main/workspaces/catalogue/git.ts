import type { Entry } from './entry.ts';
import { literals } from './entry.ts';
import { judgeOptions, type Options } from './options.ts';

/*
 * What git itself may start while it only reads (a pager, a file-system monitor, a filter, a textconv) comes from the
 * person's own configuration and from .git/config, which no edit reaches unasked; the pager is `cat`. A repository
 * below the working directory may bring a configuration of its own: hence only at the top, and never with -C, -c,
 * --git-dir or --exec-path, which come before the subcommand and are not known here.
 */

const DIFF = `-p -u --patch -s --no-patch --stat --numstat --shortstat --summary --compact-summary --name-only
  --name-status --raw -z -a --text -w -b --ignore-all-space --ignore-space-change --ignore-blank-lines --minimal
  --patience --histogram --check --full-index -M -C -R --no-color --no-ext-diff --no-textconv --no-renames`;
const DIFF_VALUES = '-U --unified --diff-filter --diff-algorithm -S -G --inter-hunk-context --abbrev';
const DIFF_OPTIONAL = '--color --word-diff --stat --dirstat --find-renames --find-copies --abbrev';

const LOG = `--oneline --graph --all --branches --tags --remotes --reverse --follow --merges --no-merges
  --first-parent --no-decorate --decorate --abbrev-commit --no-abbrev-commit --topo-order --date-order --cherry-pick
  --left-right --no-notes -i --regexp-ignore-case -E -F --invert-grep --no-walk -c -m --cc --source`;
const LOG_VALUES = `-n --max-count --skip --since --until --after --before --author --committer --grep --format
  --pretty --date -L`;

const COMMON: Pick<Options, 'digits' | 'atTop'> = { digits: true, atTop: true };

export const gitEntries: readonly Entry[] = [
  git('status', 'shows what changed', {
    flags: `-s -b -v -z --short --branch --long --verbose --show-stash --no-renames --renames --ahead-behind
      --no-ahead-behind`,
    optional: '--porcelain --untracked-files --ignored --ignore-submodules --find-renames',
    values: '-u',
    operands: 'paths',
  }),
  git('diff', 'compares; --ext-diff, --output and --no-index are not covered', {
    flags: `${DIFF} --cached --staged --merge-base --quiet --exit-code`,
    values: DIFF_VALUES,
    optional: DIFF_OPTIONAL,
    operands: 'paths',
  }),
  git('log', 'shows commits; --show-signature, which runs a program, is not covered', {
    flags: `${DIFF} ${LOG}`,
    values: `${DIFF_VALUES} ${LOG_VALUES}`,
    optional: `${DIFF_OPTIONAL} --decorate --branches --tags --remotes`,
    operands: 'paths',
  }),
  git('show', 'shows an object', {
    flags: `${DIFF} ${LOG}`,
    values: `${DIFF_VALUES} ${LOG_VALUES}`,
    optional: `${DIFF_OPTIONAL} --decorate`,
    operands: 'paths',
  }),
  git('blame', 'shows who wrote a line', {
    flags: '-w -e -f -n -s -l -t -c -b -M -C -p --porcelain --show-email --show-name --show-number',
    values: '-L --date',
    operands: 'paths',
  }),
  git('branch', 'lists branches: without a name none is made', {
    flags: '-a -r -v --all --remotes --verbose --show-current --list -l --no-color --merged --no-merged',
    optional: '--color --column --sort --format',
    operands: 'none',
  }),
  git('remote', 'lists remotes: without a subcommand none is changed or reached', {
    flags: '-v --verbose',
    operands: 'none',
  }),
  git('rev-parse', 'turns names into hashes', {
    flags: `--abbrev-ref --short --verify --quiet -q --show-toplevel --git-dir --git-common-dir --show-prefix
      --is-inside-work-tree --is-inside-git-dir --is-bare-repository --absolute-git-dir --symbolic --all`,
    optional: '--abbrev-ref --short',
    operands: 'paths',
  }),
  git('ls-files', 'lists files', {
    flags: `-c -d -m -o -s -t -u -v -z --cached --deleted --modified --others --stage --unmerged --exclude-standard
      --full-name --error-unmatch --directory`,
    values: '-x --exclude',
    operands: 'paths',
  }),
  git('describe', 'names a commit after a tag', {
    flags: '--tags --all --always --long --dirty --contains',
    values: '--abbrev --match --exclude',
    operands: 'texts',
  }),
  git('shortlog', 'counts commits', {
    flags: '-s -n -e -c --summary --numbered --email --all --no-merges',
    values: '--since --until --format',
    operands: 'paths',
  }),
  git('stash list', 'lists what was put aside', { operands: 'none' }),
  git('worktree list', 'lists work trees', { flags: '-v --verbose --porcelain', operands: 'none' }),
];

function git(subcommand: string, why: string, options: Options): Entry {
  const judge = judgeOptions({ ...COMMON, ...options });
  return {
    name: `git ${subcommand}`,
    why,
    judge(args) {
      const texts = literals(args);
      // %G in a format asks gpg, or whatever stands for it, about a signature.
      return texts === null || texts.some((text) => text.includes('%G')) ? null : judge(args);
    },
  };
}
