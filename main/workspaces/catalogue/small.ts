import { type Entry, literals, NOTHING } from './entry.ts';
import { judgeOptions } from './options.ts';

const BUILTIN = 'a word of the shell that runs and writes nothing';

/** Builtins, versions, and programs of which only one way to call them is known to be harmless. */
export const smallEntries: readonly Entry[] = [
  { name: 'true', why: BUILTIN, judge: () => NOTHING },
  { name: 'false', why: BUILTIN, judge: () => NOTHING },
  { name: ':', why: BUILTIN, judge: () => NOTHING },
  { name: 'pwd', why: BUILTIN, judge: judgeOptions({ flags: '-L -P', operands: 'none' }) },
  {
    name: 'echo',
    why: 'prints its words; a pattern, which prints names of files, is not covered',
    judge: (args) => (args.some((word) => word.kind === 'open') ? null : NOTHING),
  },
  {
    name: 'printf',
    why: 'prints its words; -v and %n, which set variables, are not covered',
    judge: (args) => (args.length === 0 || args.some((word) => word.kind === 'open') ? null : NOTHING),
  },
  {
    name: 'test',
    why: 'compares; -v and -R, which may calculate, are not covered',
    judge(args) {
      const texts = literals(args);
      return texts && { paths: texts.filter((text) => !/^(?:-.*|[=!<>]=?|)$/.test(text)) };
    },
  },
  {
    name: 'cd',
    why: 'to the directory in which the command runs already',
    judge(args, workdir) {
      const [to, more] = args;
      return !more && to?.kind === 'literal' && (to.text === '.' || to.text === workdir) ? NOTHING : null;
    },
  },
  {
    name: 'sed -n',
    why: 'prints lines by number; other scripts may write (w), run (e) or edit in place (-i)',
    judge(args) {
      const [script, ...files] = literals(args) ?? [];
      const isPrint =
        script !== undefined && /^\d+(?:,(?:\d+|\$))?p(?:; ?\d+(?:,(?:\d+|\$))?p)*$/.test(script);
      return isPrint && files.every((file) => !file.startsWith('-')) ? { paths: files } : null;
    },
  },
  {
    name: 'basename',
    why: 'cuts a name',
    judge: judgeOptions({ flags: '-a', values: '-s', operands: 'texts' }),
  },
  { name: 'dirname', why: 'cuts a name', judge: judgeOptions({ operands: 'texts' }) },
  {
    name: 'which',
    why: 'says where a program is',
    judge: judgeOptions({ flags: '-a', operands: 'texts' }),
  },
  { name: 'whoami', why: 'prints a name', judge: judgeOptions({ operands: 'none' }) },
  {
    name: 'uname',
    why: 'names the system',
    judge: judgeOptions({ flags: '-a -m -n -o -p -r -s -v', operands: 'none' }),
  },
  { name: 'nproc', why: 'counts processors', judge: judgeOptions({ flags: '--all', operands: 'none' }) },
  { name: 'seq', why: 'counts', judge: judgeOptions({ flags: '-w', values: '-s', operands: 'texts' }) },
  { name: 'sleep', why: 'waits', judge: judgeOptions({ operands: 'texts' }) },
  {
    name: 'date',
    why: 'prints the time; -s and a bare number, which set it, are not covered',
    judge(args) {
      const texts = literals(args);
      return texts?.every((text) => text === '-u' || text.startsWith('+')) ? NOTHING : null;
    },
  },
  // Other programs first look, in the project, for the version of themselves that it wants.
  { name: 'node --version', why: 'prints a version', judge: judgeOptions({ operands: 'none' }) },
  { name: 'git --version', why: 'prints a version', judge: judgeOptions({ operands: 'none' }) },
];
