/** What we use of the PostgreSQL client, which ships no types. */
declare module 'pg' {
  export interface ClientConfig {
    readonly connectionString: string;
    readonly application_name?: string;
    readonly connectionTimeoutMillis?: number;
    readonly query_timeout?: number;
    readonly statement_timeout?: number;
    readonly idle_in_transaction_session_timeout?: number;
    readonly keepAlive?: boolean;
    readonly keepAliveInitialDelayMillis?: number;
    /** Switches for the server's session: `-c name=value`. */
    readonly options?: string;
    readonly types?: { getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown };
  }
  export interface PoolConfig extends ClientConfig {
    readonly max?: number;
    readonly idleTimeoutMillis?: number;
  }
  export interface QueryResult {
    readonly rows: unknown[];
    readonly rowCount: number | null;
  }
  export interface Notification {
    readonly channel: string;
    readonly payload?: string;
  }
  export class Client {
    constructor(config: ClientConfig);
    connect(): Promise<void>;
    query(sql: string, params?: unknown[]): Promise<QueryResult>;
    end(): Promise<void>;
    on(event: 'error', listener: (error: Error) => void): this;
    on(event: 'end', listener: () => void): this;
    on(event: 'notification', listener: (message: Notification) => void): this;
  }
  export interface PoolClient {
    query(sql: string, params?: unknown[]): Promise<QueryResult>;
    /** With true: the connection is closed, nobody gets it again. */
    release(destroy?: boolean): void;
    on(event: 'error', listener: (error: Error) => void): this;
    off(event: 'error', listener: (error: Error) => void): this;
  }
  export class Pool {
    constructor(config: PoolConfig);
    connect(): Promise<PoolClient>;
    query(sql: string, params?: unknown[]): Promise<QueryResult>;
    end(): Promise<void>;
    on(event: 'error', listener: (error: Error) => void): this;
  }
  export const types: {
    getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown;
  };
  const pg: { readonly Client: typeof Client; readonly Pool: typeof Pool; readonly types: typeof types };
  export default pg;
}
