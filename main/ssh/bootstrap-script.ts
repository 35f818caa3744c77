import { shellQuote } from './quote.ts';

export interface ScriptInput {
  /** Where the agent lives on the host; a leading `~/` is the home there. */
  readonly agentHome: string;
  readonly sha256: string;
  /** The file that was just uploaded, by name inside the version's directory; '' for none. */
  readonly uploaded: string;
  /** Frames our lines among whatever a login shell prints. */
  readonly marker: string;
}

/** A host keeps its agent for a day without a client: people close laptops overnight. */
const IDLE_MS = 24 * 60 * 60_000;

/** The directory below the agent's home that holds one version. */
export function versionName(sha256: string): string {
  return sha256.slice(0, 16);
}

/**
 * One round trip: looks at the host, takes in an upload when there is one, and starts the agent when file and Node are
 * there. Plain POSIX sh, given on stdin so that no login shell ever parses it; wrapped in a function so that nothing
 * that runs inside can read the rest of the script. Answers with `name<TAB>value` lines between two markers.
 */
export function bootstrapScript(input: ScriptInput): string {
  const home = input.agentHome.startsWith('~/')
    ? `"$HOME"/${shellQuote(input.agentHome.slice(2))}`
    : shellQuote(input.agentHome);
  return `gaffer_main() {
base=${home}
want=${shellQuote(input.sha256)}
uploaded=${shellQuote(input.uploaded)}
dir="$base/agent/${versionName(input.sha256)}"
file="$dir/agent.cjs"
${FUNCTIONS}
echo ${shellQuote(input.marker)}
say os "$(uname -s)"
say arch "$(uname -m)"
say home "$HOME"
say shell "\${SHELL:-}"
say dir "$dir"
say free "$(free_kib)"
find_node
say node "$node"
say node_version "$node_version"
say node_old "$node_old"
take_in
say start "$state"
if [ "$state" = ready ]; then
  answer=$("$node" "$file" serve --home "$base" --idle-ms ${IDLE_MS} </dev/null)
  say serve_exit "$?"
  say serve "$(printf '%s\\n' "$answer" | tail -n 1)"
fi
echo ${shellQuote(input.marker)}
}
gaffer_main </dev/null
`;
}

/**
 * `take_in` leaves `state` as: no-node | ready | upload (the directory is there and waits for a file) |
 * bad-upload (what arrived is not what was sent) | no-sha | no-directory.
 */
const FUNCTIONS = `
say() { printf '%s\\t%s\\n' "$1" "$2"; }
free_kib() {
  at="$base"
  while [ ! -d "$at" ] && [ "$at" != / ] && [ -n "$at" ]; do at=$(dirname "$at"); done
  df -Pk "$at" 2>/dev/null | awk 'NR == 2 { print $4 }'
}
sha_of() {
  { sha256sum <"$1" || shasum -a 256 <"$1" || openssl dgst -sha256 -r <"$1"; } 2>/dev/null | awk '{ print $1 }'
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
    /snap/bin/node /usr/bin/nodejs
  do
    try_node "$candidate" && return
  done
  limit=''
  command -v timeout >/dev/null 2>&1 && limit='timeout 5'
  try_node "$($limit "\${SHELL:-/bin/sh}" -lc 'command -v node' </dev/null 2>/dev/null | tail -n 1)"
}
take_in() {
  if [ -z "$node" ]; then state=no-node; return; fi
  if [ -n "$uploaded" ]; then
    if [ "$(sha_of "$dir/$uploaded")" != "$want" ]; then rm -f "$dir/$uploaded"; state=bad-upload; return; fi
    chmod 600 "$dir/$uploaded" && mv -f "$dir/$uploaded" "$file" || { state=no-directory; return; }
  fi
  if [ -f "$file" ]; then
    have=$(sha_of "$file")
    if [ -z "$have" ]; then state=no-sha; return; fi
    if [ "$have" = "$want" ]; then state=ready; return; fi
  fi
  if (umask 077; mkdir -p "$dir") && [ -w "$dir" ]; then state=upload; else state=no-directory; fi
}
`;

/** What the script said, by name; null when the frame is not complete (the shell on the host did something else). */
export function parseReport(stdout: string, marker: string): ReadonlyMap<string, string> | null {
  const lines = stdout.split('\n').map((line) => line.replace(/\r$/, ''));
  const first = lines.indexOf(marker);
  const last = lines.lastIndexOf(marker);
  if (first < 0 || last === first) return null;
  const pairs = lines.slice(first + 1, last).flatMap((line): [string, string][] => {
    const tab = line.indexOf('\t');
    return tab < 0 ? [] : [[line.slice(0, tab), line.slice(tab + 1)]];
  });
  return new Map(pairs);
}
