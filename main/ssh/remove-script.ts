import { AGENT_HOME_NAMES } from '@shared/agent-protocol/index.ts';
import { homeWord } from './bootstrap-script.ts';
import { mendHome, probeFunctions } from './probe-functions.ts';

export interface RemoveScriptInput {
  readonly agentHome: string;
  /** Stops what runs. */
  readonly force: boolean;
  readonly marker: string;
}

/** Listed at most, of each kind. */
const LISTED = 50;

/**
 * Ends the agents of a host and removes their home. Needs neither Node nor an agent. Answers as `bootstrapScript` does:
 *
 *   state   absent | refused (`why`) | busy | removed | stuck (something could not be removed)
 *   process.<n>, terminal.<n>, elsewhere.<n>, kept.<n>    of as many as there are
 *   freed (KiB), agents, processes                        what was removed and stopped
 *
 * What is removed is a list of names that we make, below a directory that is no link and that our agent has used.
 */
export function removeScript({ agentHome, force, marker }: RemoveScriptInput): string {
  return `gaffer_main() {
${mendHome}
base=${homeWord(agentHome)}
force=${force ? 'yes' : ''}
${probeFunctions}
${FUNCTIONS}
echo ${marker}
say base "$base"
machine=$(uname -n | sed 's/[^A-Za-z0-9_.-]/_/g')
run="$base/run/\${machine:-host}"
remove
say state "$state"
echo ${marker}
}
gaffer_main </dev/null
`;
}

const FUNCTIONS = `
remove() {
  if [ ! -e "$base" ] && [ ! -L "$base" ]; then state=absent; return; fi
  why=$(reason_not_to)
  if [ -n "$why" ]; then say why "$why"; state=refused; return; fi
  list_running
  if [ -z "$force" ] && [ "$busy" -gt 0 ]; then state=busy; return; fi
  freed=$(du -sk "$base" 2>/dev/null | awk '{ print $1 }')
  stop_agents
  [ -z "$force" ] || stop_processes
  remove_sockets
  state=removed
  for name in ${AGENT_HOME_NAMES.join(' ')}; do
    rm -rf -- "$base/$name" || state=stuck
  done
  rmdir -- "$base" 2>/dev/null || say_each kept "$base"/* "$base"/.[!.]* "$base"/..?*
  say freed "$freed"
}
reason_not_to() {
  case $base in
    /*) ;;
    *) echo path; return ;;
  esac
  case $base/ in */../*|*/./*) echo path; return ;; esac
  if [ -L "$base" ]; then echo link; return; fi
  if [ ! -d "$base" ]; then echo file; return; fi
  real=$(cd "$base" && pwd -P) || { echo closed; return; }
  home=$(cd "$HOME" && pwd -P)
  case $home/ in "\${real%/}"/*) echo path; return ;; esac
  for own in "$base"/agent/????????????????/ "$base"/journal/; do [ -d "$own" ] && return; done
  echo foreign
}
say_each() {
  name=$1 count=0
  shift
  for entry in "$@"; do
    [ -e "$entry" ] || [ -L "$entry" ] || continue
    count=$((count + 1))
    [ "$count" -gt ${LISTED} ] || say "$name.$count" "\${entry##*/}"
  done
}
identity() { sed -n "s/.*$2\\"pid\\":\\([0-9][0-9]*\\),\\"start\\":\\"\\([^\\"]*\\)\\".*/\\1 \\2/p" "$1" 2>/dev/null; }
alive() {
  who=\${1%% *} since=\${1#* }
  [ -n "$who" ] && kill -0 "$who" 2>/dev/null || return 1
  [ "$since" != unknown ] || return 0
  if [ -r "/proc/$who/stat" ]; then
    stat=$(cat "/proc/$who/stat")
    set -- \${stat##*) }
    case $1 in [ZX]) return 1 ;; esac
    [ "$(cat /proc/sys/kernel/random/boot_id):\${20}" = "$since" ]
  else
    [ "$(LC_ALL=C TZ=UTC ps -o lstart= -p "$who" | sed 's/^ *//; s/ *$//')" = "$since" ]
  fi
}
runs_on() {
  [ -e "$1/started" ] && [ ! -s "$1/exit" ] || return 1
  alive "$(identity "$1/pid")" || alive "$(identity "$1/started")"
}
list_running() {
  busy=0
  for dir in "$base"/runs/*/; do
    runs_on "$dir" || continue
    busy=$((busy + 1))
    [ "$busy" -gt ${LISTED} ] || say "process.$busy" "$(head -c 8000 "$dir/meta.json" | tr '\\n\\t' '  ')"
  done
  terminals=0
  for file in "$base/terminals/\${machine:-host}"/*.json; do
    alive "$(identity "$file" '\\"agent\\":{')" && terminals=$((terminals + 1))
  done
  say terminals "$terminals"
  others=0
  for dir in "$base"/run/*/; do
    [ "$dir" != "$run/" ] || continue
    for lock in "$dir"*.lock; do
      [ -e "$lock" ] || continue
      others=$((others + 1)) other=\${dir%/}
      say "elsewhere.$others" "\${other##*/}"
      break
    done
  done
  busy=$((busy + terminals + others))
}
gone_soon() {
  tries=0
  while alive "$1"; do
    tries=$((tries + 1))
    [ "$tries" -lt 50 ] || return 1
    sleep 0.2 2>/dev/null || sleep 1
  done
}
stop_agents() {
  agents=0
  for lock in "$run"/*.lock; do
    agent=$(identity "$lock")
    alive "$agent" || continue
    agents=$((agents + 1))
    kill "\${agent%% *}"
    gone_soon "$agent" || kill -9 "\${agent%% *}"
  done
  say agents "$agents"
}
stop_processes() {
  processes=0
  for dir in "$base"/runs/*/; do
    runs_on "$dir" || continue
    processes=$((processes + 1))
    command=$(identity "$dir/pid") launcher=$(identity "$dir/started")
    alive "$command" && kill -15 "-\${command%% *}"
    gone_soon "$command" || kill -9 "-\${command%% *}"
    gone_soon "$launcher" || kill -9 "\${launcher%% *}"
  done
  say processes "$processes"
}
remove_sockets() {
  for file in "$run"/*.json; do
    socket=$(sed -n 's/.*"socket":"\\([^"]*\\)".*/\\1/p' "$file" 2>/dev/null)
    case $socket in
      */gaffer-*/*.sock) rm -f -- "$socket"; rmdir -- "\${socket%/*}" 2>/dev/null ;;
    esac
  done
}
`;
