/**
 * What the database may refuse besides a bug. `disk-full`: nothing was written, the operation can be
 * repeated. `closed`: the store was closed, or its worker died. `damaged`: the engine stopped and must be
 * opened again (which recovers). `unreachable`: the shared server does not answer now; nothing is known of what was
 * under way, and the operation can be repeated. The others refuse the opening; `missing`: there are copies of a
 * database, and it is not there itself.
 */
export type DatabaseFaultCode =
  | 'disk-full'
  | 'closed'
  | 'damaged'
  | 'unreachable'
  | 'unusable'
  | 'missing'
  | 'being-migrated'
  | 'newer-database'
  | 'database-locked'
  | 'network-filesystem';

export class DatabaseFault extends Error {
  override readonly name = 'DatabaseFault';
  readonly code: DatabaseFaultCode;
  constructor(code: DatabaseFaultCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
