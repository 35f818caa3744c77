/**
 * The first line of a script: some shells hand down a HOME that is no longer its name (fish, where the locale is C and
 * the name is not ASCII).
 */
export const mendHome = `[ -d "\${HOME:-}" ] || { HOME=$(eval "echo ~\${LOGNAME:-$(id -un)}"); export HOME; }`;

/**
 * What the scripts for hosts share: sh functions that look and change nothing. `look` needs `base` and leaves the
 * agents' runtime directory of this machine in `run`.
 */
export const probeFunctions = `
say() { printf '%s\\t%s\\n' "$1" "$2"; }
look() {
  machine=$(uname -n | sed 's/[^A-Za-z0-9_.-]/_/g')
  run="$base/run/\${machine:-host}"
  say os "$(uname -s)"
  say arch "$(uname -m)"
  say libc "$(libc)"
  say home "$HOME"
  say shell "\${SHELL:-}"
  say run "$run"
  say free "$(free_kib)"
  command -v gzip >/dev/null 2>&1 && say gzip yes
}
free_kib() {
  at="$base"
  while [ ! -d "$at" ] && [ "$at" != / ] && [ -n "$at" ]; do at=$(dirname "$at"); done
  df -Pk "$at" 2>/dev/null | awk 'NR == 2 { print $4 }'
}
libc() {
  getconf GNU_LIBC_VERSION 2>/dev/null && return
  told=$(ldd --version 2>&1 </dev/null)
  first=$(printf '%s\\n' "$told" | head -n 1)
  case $first in
    musl*) echo "musl $(printf '%s\\n' "$told" | sed -n 's/^Version //p')" ;;
    *libc*|*LIBC*) echo "glibc \${first##* }" ;;
    *) for file in /lib/ld-musl-*; do [ -e "$file" ] && echo musl; done ;;
  esac
}
try_node() {
  [ -n "$1" ] && [ -x "$1" ] && [ ! -d "$1" ] || return 1
  found=$("$1" -p process.versions.node 2>/dev/null </dev/null) || return 1
  major=\${found%%.*}
  case $major in ''|*[!0-9]*) return 1 ;; esac
  if [ "$major" -ge 18 ]; then node=$1; node_version=$found; return 0; fi
  node_old="$found at $1"
  return 1
}
find_node() {
  node='' node_version='' node_old=''
  try_node "$(command -v node 2>/dev/null)" && return
  for candidate in "$base"/runtime/*/bin/node "$HOME"/.nvm/versions/node/*/bin/node /usr/local/bin/node \\
    "$HOME"/.local/bin/node "$HOME"/bin/node /opt/*/bin/node /opt/*/*/bin/node "$HOME"/.volta/bin/node \\
    "$HOME"/.local/share/fnm/aliases/default/bin/node "$HOME"/.local/share/mise/installs/node/*/bin/node \\
    "$HOME"/.asdf/installs/nodejs/*/bin/node /usr/local/n/versions/node/*/bin/node /home/linuxbrew/.linuxbrew/bin/node \\
    /opt/homebrew/bin/node /snap/bin/node /usr/bin/node /usr/bin/nodejs
  do
    try_node "$candidate" && return
  done
  limit=''
  command -v timeout >/dev/null 2>&1 && limit='timeout 5'
  try_node "$($limit "\${SHELL:-/bin/sh}" -lc 'command -v node' </dev/null 2>/dev/null | tail -n 1)"
}
`;
