const KIB = 1024;
const MIB = 1024 * KIB;

/** Every bound of the agent in one place; `hello` reports them. Bytes unless the name says otherwise. */
export const limits = {
  body: 4 * MIB,
  writeBody: 20 * MIB,
  readFile: 20 * MIB,
  editFile: 20 * MIB,
  readLinesFile: 1 * MIB,
  readLinesLine: 1 * KIB,
  readLinesCount: 2_000,
  readLinesResponse: 32 * KIB,
  directoryEntries: 2_000,
  directoryScan: 50_000,
  searchMatches: 2_000,
  searchFiles: 500,
  searchBytes: 1 * MIB,
  searchMs: 20_000,
  searchContext: 10,
  /** Larger files are not searched. */
  searchFile: 8 * MIB,
  searchLine: 500,
  searchesAtOnce: 2,
  searchesWaiting: 32,
  globFiles: 2_000,
  /** So many are looked at to find the newest. */
  globScan: 100_000,
  listedProcesses: 10,
  exitedListedMs: 5 * 60_000,
  waitMs: 5 * 60_000,
  headTail: 16 * KIB,
  outputLine: 2 * KIB,
  spoolChunk: 256 * KIB,
  spoolHead: 8 * MIB,
  spoolTail: 56 * MIB,
  spoolSegment: 1 * MIB,
  keepMs: 7 * 24 * 3_600_000,
  loginShellMs: 5_000,
  syncWindowMs: 5,
  logFile: 1 * MIB,
} as const;
