import { mendHome, probeFunctions } from './probe-functions.ts';
import type { Arrived, Cargo } from './provide.ts';
import { shellQuote } from './quote.ts';

export interface ScriptInput {
  /** Where the agent lives on the host; a leading `~/` is the home there. */
  readonly agentHome: string;
  readonly sha256: string;
  /** What was just uploaded: the agent's file into the version's directory, Node.js into `runtime/`. */
  readonly arrived: Arrived | null;
  /** Takes an agent at its word whose address and process are there: saves most of the work. */
  readonly trust: boolean;
  /** The agent shall also listen on a port of the loopback. */
  readonly tcp: boolean;
  readonly idleMs: number;
  /** Frames our lines among whatever a login shell prints. */
  readonly marker: string;
}

const NOTHING: Cargo = { agent: null, runtime: null };

/** The directory below the agent's home that holds one version. */
export function versionName(sha256: string): string {
  return sha256.slice(0, 16);
}

/** As the agent calls itself: see `versionOf` there. */
function addressName(sha256: string): string {
  return sha256.slice(0, 12);
}

/** A word for sh. */
export function homeWord(agentHome: string): string {
  return agentHome.startsWith('~/') ? `"$HOME"/${shellQuote(agentHome.slice(2))}` : shellQuote(agentHome);
}

/**
 * One round trip: looks at the host, takes in an upload when there is one, and starts the agent when file and Node are
 * there. Plain POSIX sh, given on stdin so that no login shell ever parses it; wrapped in a function so that nothing
 * that runs inside can read the rest of the script. Answers with `name<TAB>value` lines between two markers.
 *
 * `start` says how far it came:
 *   running | ready       the agent is there: `address`, or `serve` and `serve_exit`
 *   upload                the directories are there and wait for what `need` lists: agent, runtime
 *   bad-upload            what arrived is not what was sent; it is gone again
 *   bad-runtime           that Node.js does not run here: `runtime_said`
 *   no-sha | no-directory
 */
export function bootstrapScript(input: ScriptInput): string {
  const { name, cargo } = input.arrived ?? { name: '', cargo: NOTHING };
  return `gaffer_main() {
${mendHome}
base=${homeWord(input.agentHome)}
want=${shellQuote(input.sha256)}
uploaded=${cargo.agent ? shellQuote(name) : ''}
runtime_name=${cargo.runtime ? shellQuote(name) : ''}
runtime_version=${shellQuote(cargo.runtime?.version ?? '')}
runtime_want=${shellQuote(cargo.runtime?.sha256 ?? '')}
dir="$base/agent/${versionName(input.sha256)}"
file="$dir/agent.cjs"
${probeFunctions}
${FUNCTIONS}
echo ${shellQuote(input.marker)}
look
say base "$base"
say dir "$dir"
address="$run/${addressName(input.sha256)}.json"
if ${input.trust ? 'lives "$address"' : 'false'}; then
  say start running
  say address "$(cat "$address")"
else
  find_node
  say node_old "$node_old"
  take_in
  say node "$node"
  say node_version "$node_version"
  say start "$state"
  say need "$need"
  if [ "$state" = ready ]; then
    answer=$("$node" "$file" serve --home "$base" --idle-ms ${input.idleMs}${input.tcp ? ' --tcp' : ''} </dev/null)
    say serve_exit "$?"
    say serve "$(printf '%s\\n' "$answer" | tail -n 1)"
  fi
fi
echo ${shellQuote(input.marker)}
}
gaffer_main </dev/null
`;
}

const FUNCTIONS = `
lives() {
  [ -f "$1" ] || return 1
  pid=$(sed -n 's/.*"pid":\\([0-9][0-9]*\\).*/\\1/p' "$1")
  [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null || return 1
  stat=''
  [ -r "/proc/$pid/stat" ] && read -r stat <"/proc/$pid/stat"
  case \${stat##*) } in [ZX]*) return 1 ;; esac
}
sha_of() {
  { sha256sum <"$1" || shasum -a 256 <"$1" || openssl dgst -sha256 -r <"$1"; } 2>/dev/null | awk '{ print $1 }'
}
take_in() {
  need=''
  if [ -z "$(sha_of /dev/null)" ]; then state=no-sha; return; fi
  state=ready
  [ -z "$runtime_name" ] || take_runtime
  [ -z "$uploaded" ] || take_agent
  [ "$state" = ready ] || return
  [ -f "$file" ] && [ "$(sha_of "$file")" = "$want" ] || need=agent
  [ -n "$node" ] || need="$need runtime"
  [ -n "$need" ] || return
  if (umask 077; mkdir -p "$dir" "$base/runtime") && [ -w "$dir" ]; then state=upload; else state=no-directory; fi
  # What a dead upload left: one that lives writes at least once a minute.
  find "$dir" "$base/runtime" -name '.gaffer.*.part' -type f -mmin +10 -exec rm -f {} + 2>/dev/null
}
take_agent() {
  if [ "$(sha_of "$dir/$uploaded")" != "$want" ]; then rm -f "$dir/$uploaded"; state=bad-upload; return; fi
  chmod 600 "$dir/$uploaded" && mv -f "$dir/$uploaded" "$file" || state=no-directory
}
take_runtime() {
  packed="$base/runtime/$runtime_name"
  fresh="$base/runtime/.$runtime_version.$$"
  (umask 077; gzip -dc <"$packed" >"$fresh")
  rm -f "$packed"
  if [ "$(sha_of "$fresh")" != "$runtime_want" ]; then rm -f "$fresh"; state=bad-upload; return; fi
  chmod 700 "$fresh"
  runtime_said=$("$fresh" -p process.versions.node 2>&1 </dev/null)
  if [ "$runtime_said" != "$runtime_version" ]; then
    rm -f "$fresh"
    say runtime_said "$(printf '%s\\n' "$runtime_said" | head -n 1)"
    state=bad-runtime
    return
  fi
  node="$base/runtime/$runtime_version/bin/node" node_version=$runtime_version
  (umask 077; mkdir -p "$base/runtime/$runtime_version/bin") && mv -f "$fresh" "$node" || state=no-directory
}
`;
