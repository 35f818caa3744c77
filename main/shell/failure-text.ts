/** Why the app cannot start, for a person: what it is, what it means, what helps. */
export interface FailureText {
  readonly title: string;
  readonly cause: string;
  readonly help: string;
}

/** `message`: the error's own; used where it is made for people. */
type Say = (dataDir: string, message: string) => FailureText;

const denied: Say = (dataDir) => ({
  title: 'Gaffer may not use its data folder',
  cause: `The system refuses to read or write ${dataDir}.`,
  help: 'Make the folder belong to you and writable, or start Gaffer with --user-data-dir=ANOTHER_FOLDER.',
});

const BY_CODE: Readonly<Record<string, Say>> = {
  'database-locked': (dataDir) => ({
    title: 'Another program uses this data',
    cause: `The database in ${dataDir} is open in another program. Two at once would damage it.`,
    help: 'Close the other Gaffer (or the program that holds the folder), then try again.',
  }),
  'newer-database': (dataDir) => ({
    title: 'This data belongs to a newer Gaffer',
    cause: `The database in ${dataDir} was written by a newer version. This version would damage it and has changed nothing.`,
    help: 'Install the newer version, or start this one with --user-data-dir=ANOTHER_FOLDER.',
  }),
  damaged: (dataDir) => ({
    title: 'The database cannot be opened',
    cause: `The files in ${dataDir} are damaged or incomplete. Nothing was changed.`,
    help: 'Try again once. If it stays so, keep a copy of the folder, move it away and start anew; the log beside it says more.',
  }),
  missing: (dataDir) => ({
    title: 'The database is not there',
    cause: `${dataDir} holds copies of a database, but not the database itself. Nothing was changed.`,
    help: 'Put the folder db back. To begin anew, move the folder backups away, then try again.',
  }),
  'network-filesystem': (dataDir) => ({
    title: 'The data folder is on a network drive',
    cause: `${dataDir} is on a network file system, where a database can be damaged without a warning.`,
    help: 'Start Gaffer with --user-data-dir=A_FOLDER_ON_THIS_COMPUTER.',
  }),
  'disk-full': (dataDir) => ({
    title: 'The disk is full',
    cause: `There is no space left for ${dataDir}. Nothing was lost.`,
    help: 'Free some space, then try again.',
  }),
  unreachable: (_, message) => ({
    title: 'The shared database cannot be reached',
    cause: message,
    help: 'Start the server, or check the network and GAFFER_DATABASE_URL, then try again. Without GAFFER_DATABASE_URL Gaffer uses the database of this computer.',
  }),
  unusable: (_, message) => ({
    title: 'The shared database cannot be used',
    cause: message,
    help: 'Correct GAFFER_DATABASE_URL, or what its user may do on the server, then start Gaffer again. Without it Gaffer uses the database of this computer.',
  }),
  'being-migrated': (_, message) => ({
    title: 'The shared database is being brought up to date',
    cause: message,
    help: 'Try again when it is done. If that process hangs, end it; or end its session on the server with pg_terminate_backend and the number of the server process.',
  }),
  closed: () => ({
    title: 'The database stopped',
    cause: 'Its process ended unexpectedly. What was acknowledged is on the disk; the chats wait.',
    help: 'Try again: the database recovers when it opens, and the chats go on by themselves.',
  }),
  EACCES: denied,
  EPERM: denied,
  EROFS: denied,
  ENOTDIR: (dataDir) => ({
    title: 'The data folder is not a folder',
    cause: `${dataDir}, or something above it, is a file.`,
    help: 'Move that file away, or start Gaffer with --user-data-dir=ANOTHER_FOLDER.',
  }),
};
const ALIASES: Readonly<Record<string, string>> = {
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  EEXIST: 'ENOTDIR',
};

/** Decides by the error's code only; an unknown one points to the log. */
export function describeFailure(error: unknown, dataDir: string): FailureText {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const say = BY_CODE[ALIASES[code] ?? code];
  if (say !== undefined) return say(dataDir, error instanceof Error ? error.message : '');
  return {
    title: 'Gaffer could not start',
    cause: 'Something unexpected happened while it was starting.',
    help: `Try again. The log in ${dataDir} (logs/main.log) says what went wrong.`,
  };
}
