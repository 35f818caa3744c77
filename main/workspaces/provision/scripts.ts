/**
 * What Gaffer runs around the scripts of templates, for /bin/sh. All that differs comes as environment variables; no
 * value is ever put into this text. `script-request.ts` says which there are.
 */

/** Before each script of a template: git runs no hook and no helper of a repository that nobody trusts yet. */
export const FUNCTIONS = `git() {
  command git -c core.hooksPath=/dev/null -c core.fsmonitor=false -c protocol.ext.allow=never "$@"
}
gaffer_fact() { printf '%s=%s\\n' "$1" "$2" >>"$GAFFER_FACTS"; }
`;

const RUN = '/bin/sh -eu -c "$GAFFER_SCRIPT" gaffer';

/** The directory is made here, so that it is known to be ours; the record says so; `ready` says that all was done. */
export const PROVISION = `set -eu
record=$GAFFER_RECORDS/$GAFFER_WORKSPACE_ID
[ -d "$GAFFER_RECORDS" ] || mkdir -m 700 -p -- "$GAFFER_RECORDS"
parent=\${GAFFER_DIRECTORY%/*}
mkdir -p -- "\${parent:-/}"
if [ -e "$GAFFER_DIRECTORY" ] || [ -L "$GAFFER_DIRECTORY" ]; then
  echo "$GAFFER_DIRECTORY exists already: a workspace gets a directory of its own." >&2
  exit 1
fi
mkdir -- "$GAFFER_DIRECTORY"
printf '%s\\n' "$GAFFER_RECORD" >"$record.new"
mv -f -- "$record.new" "$record.json"
cd -- "$GAFFER_DIRECTORY"
[ -z "$GAFFER_SCRIPT" ] || ${RUN}
: >"$record.ready"
`;

export const START_OR_STOP = `set -eu
cd -- "$GAFFER_DIRECTORY"
${RUN}
`;

/** What git has of a directory: `common` is its repository, when it is the top of a working tree. */
const LOOK = `git() {
  command git -c core.hooksPath=/dev/null -c core.fsmonitor=false -c log.showSignature=false "$@"
}
look() {
  gitdir= common=
  top=$(git -C "$dir" rev-parse --show-toplevel 2>/dev/null) || return 0
  [ "$top" = "$dir" ] || return 0
  gitdir=$(cd -- "$dir" && cd -- "$(git rev-parse --git-dir)" && pwd -P)
  common=$(cd -- "$dir" && cd -- "$(git rev-parse --git-common-dir)" && pwd -P)
}
`;

/** Exit codes of `REMOVE` that say more than "it did not work". */
export const KEPT_BRANCH = 3;

/**
 * Deletes the directory if the record says that Gaffer made it and git's own view agrees. Without force git itself
 * refuses what has changed since it was looked at.
 */
export const REMOVE = `set -eu
dir=$GAFFER_DIRECTORY
record=$GAFFER_RECORDS/$GAFFER_WORKSPACE_ID
forget() { rm -f -- "$record.ready" "$record.facts" "$record.json"; }
refuse() { echo "$1" >&2; exit 1; }
${LOOK}
unless_merged() {
  [ -n "$GAFFER_FORCE" ] && return 0
  left=$(git --git-dir="$common" rev-list --count "refs/heads/$branch" --not --exclude="$branch" --branches --tags --remotes)
  [ "$left" = 0 ]
}
delete_branch() {
  [ -n "$branch" ] || return 0
  git --git-dir="$common" show-ref --verify --quiet "refs/heads/$branch" || return 0
  if unless_merged && git --git-dir="$common" branch --quiet -D -- "$branch"; then return 0; fi
  echo "The branch $branch stays." >&2
  result=${KEPT_BRANCH}
}
[ -f "$record.json" ] || { echo "No record says that Gaffer made $dir: it stays." >&2; exit 0; }
grep -qF -- "$GAFFER_RECORD_DIRECTORY" "$record.json" || refuse "The record of this workspace names another directory."
case $dir in /*/*) ;; *) refuse "$dir is no directory of a workspace." ;; esac
case $HOME/ in "$dir"/*) refuse "$dir holds the home directory." ;; esac
[ ! -L "$dir" ] || refuse "$dir is a link now, and Gaffer made a directory."
branch=$(sed -n 's/^branch=//p' "$record.facts" 2>/dev/null | tail -n 1)
result=0
if [ -d "$dir" ]; then
  [ "$(cd -- "$dir" && pwd -P)" = "$dir" ] || refuse "$dir is somewhere else now."
  if [ -n "$GAFFER_SCRIPT" ]; then (cd -- "$dir" && ${RUN}) || [ -n "$GAFFER_CLEANUP" ]; fi
  cd /
  look
  if [ "$common" != "$gitdir" ]; then
    git --git-dir="$common" worktree list --porcelain | grep -Fxq -- "worktree $dir" ||
      refuse "The repository $common does not know the worktree $dir."
    if [ -n "$GAFFER_FORCE" ]; then git --git-dir="$common" worktree remove --force --force -- "$dir"
    else git --git-dir="$common" worktree remove -- "$dir"; fi
    delete_branch
  elif [ -n "$GAFFER_WORKTREE" ] && [ -n "$(ls -A -- "$dir")" ]; then
    refuse "$dir is no worktree any more: look at it and delete it yourself."
  elif [ -n "$GAFFER_FORCE" ]; then
    rm -rf -- "$dir"
  elif [ -n "$common" ]; then
    [ -z "$(git -C "$dir" status --porcelain | head -n 1)" ] || refuse "There are new changes in $dir."
    rm -rf -- "$dir"
  else
    rmdir -- "$dir"
  fi
elif [ -n "$GAFFER_REPOSITORY" ] && [ -d "$GAFFER_REPOSITORY" ]; then
  common=$GAFFER_REPOSITORY
  git --git-dir="$common" worktree prune
  delete_branch
fi
forget
exit $result
`;

/**
 * What would be lost, a line each: `is missing|plain|clone|worktree`, `count <list> <n>`, `<list>:<hash> <subject>`
 * with the lists unpushed, unmerged and stash, and `linked <n>` for other worktrees of a clone.
 */
export const INSPECT = `set -eu
dir=$GAFFER_DIRECTORY
${LOOK}
if [ ! -d "$dir" ]; then echo "is missing"; exit 0; fi
look
if [ -z "$common" ]; then echo "is plain"; exit 0; fi
cd -- "$dir"
list() {
  name=$1
  shift
  echo "count $name $(git rev-list --count "$@")"
  git rev-list --max-count=20 --format="$name:%h %s" "$@"
}
head=$(git rev-parse --verify --quiet HEAD || true)
if [ "$common" = "$gitdir" ]; then
  echo "is clone"
  list unpushed $head --branches --not --remotes
  if git rev-parse --verify --quiet refs/stash >/dev/null; then
    echo "count stash $(git reflog show --format=%gd refs/stash -- | wc -l)"
    git reflog show --max-count=20 --format='stash:%gd %gs' refs/stash --
  fi
  echo "linked $(($(git worktree list --porcelain | grep -c '^worktree ') - 1))"
else
  echo "is worktree"
  branch=$(sed -n 's/^branch=//p' "$GAFFER_RECORDS/$GAFFER_WORKSPACE_ID.facts" 2>/dev/null | tail -n 1)
  base=$(sed -n 's/^base=//p' "$GAFFER_RECORDS/$GAFFER_WORKSPACE_ID.facts" 2>/dev/null | tail -n 1)
  git rev-parse --verify --quiet "$base^{commit}" >/dev/null || base=
  current=$(git symbolic-ref --quiet --short HEAD || true)
  # another branch that is checked out here stays when the worktree goes; without one, HEAD alone holds its commits
  [ -z "$current" ] || [ "$current" = "$branch" ] || head=
  made=
  if [ -n "$branch" ] && git show-ref --verify --quiet "refs/heads/$branch"; then made=refs/heads/$branch; fi
  if [ -z "$head$made" ]; then exit 0; fi
  list unpushed $head $made --not $base --remotes
  list unmerged $head $made --not \${branch:+"--exclude=$branch"} --branches --tags --remotes
fi
`;

/** Every workspace that was made here and has its record: `record <json>`, then `fact <name>=<value>` of it. */
export const FOUND = `set -eu
cd -- "$GAFFER_RECORDS" 2>/dev/null || exit 0
for ready in *.ready; do
  id=\${ready%.ready}
  [ -f "$id.json" ] || continue
  printf 'record '
  head -n 1 "$id.json"
  [ ! -f "$id.facts" ] || sed 's/^/fact /' "$id.facts"
done
`;
