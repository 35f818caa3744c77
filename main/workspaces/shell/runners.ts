import type { SimpleCommand, Word } from './command.ts';

/** They run what they are given, so that what is run is not what is read. */
const RUNNERS = new Set(
  `eval source . exec env xargs sudo doas su pkexec runuser command builtin nohup time nice ionice chrt taskset
  timeout setsid stdbuf unbuffer chroot unshare nsenter flock watch script parallel coproc trap ssh setarch linux32
  linux64 firejail bwrap systemd-run at batch busybox toybox`.split(/\s+/),
);
/** They change what the words after them mean: names, variables, the shell's own ways. */
const CHANGERS = new Set(
  `alias unalias export readonly declare typeset local set unset shopt read mapfile readarray getopts hash enable
  umask ulimit let bind complete compgen compopt pushd popd dirs printenv logout suspend caller history fc`.split(
    /\s+/,
  ),
);
/** Words of the shell's own language; as names of programs they mean that the grammar read it otherwise. */
const RESERVED = new Set(
  `if then elif else fi case esac for select while until do done in function time coproc { } ! [[ ]] [ ]`.split(
    ' ',
  ),
);
const SHELLS = new Set('sh bash dash ash zsh ksh mksh csh tcsh fish rbash'.split(' '));

/** Why no rule may let it run, null when one may. */
export function mayRun({ name, args }: Pick<SimpleCommand, 'name' | 'args'>): string | null {
  const base = name.slice(name.lastIndexOf('/') + 1);
  if (RESERVED.has(name)) return `it holds “${name}”`;
  if (RUNNERS.has(base)) return `${base} runs what it is given`;
  if (CHANGERS.has(base)) return `${base} changes what comes after it`;
  // A script in a file can be named by a rule; -c, -s and standard input are anything.
  if (SHELLS.has(base) && !isPlainFile(args[0])) return `${base} runs what it is given`;
  if (base === 'printf' && !isPlainFormat(args[0])) return 'printf may set a variable';
  if (base === 'test' && args.some((arg) => !isLiteral(arg) || /^-[vR]$/.test(arg.text))) {
    return 'test may calculate';
  }
  return null;
}

function isLiteral(word: Word | undefined): word is Extract<Word, { kind: 'literal' }> {
  return word?.kind === 'literal';
}

function isPlainFile(word: Word | undefined): boolean {
  return isLiteral(word) && /^[A-Za-z0-9_./]/.test(word.text);
}

function isPlainFormat(word: Word | undefined): boolean {
  return isLiteral(word) && !word.text.startsWith('-') && !/%[^a-zA-Z%]*[n(]/.test(word.text);
}
