import type { HostId } from './ids.ts';
import type { LinkState } from './workspace.ts';

/** What connecting to a host goes through, in this order; a jump host goes through its own until `authentication`. */
export type StageName =
  | 'configuration'
  | 'name'
  | 'tcp'
  | 'proxy'
  | 'handshake'
  | 'host-key'
  | 'authentication'
  | 'probe'
  | 'runtime'
  | 'upload'
  | 'agent'
  | 'forwarding';

/** One stage of one attempt. Times are RFC 3339; `tookMs` counts waiting for the person, too. */
export interface TraceStage {
  readonly stage: StageName;
  /** Whose stage it is: a host's name as people read it. */
  readonly hop: string;
  readonly state: 'running' | 'waiting' | 'ok' | 'failed';
  readonly startedAt: string;
  readonly tookMs: number | null;
  /** One sentence: what is tried, then what came of it. */
  readonly summary: string;
  /** More for who looks closer: methods offered and tried, what the server said. */
  readonly detail: string | null;
  /** Of a failed stage: the one thing to do about it. */
  readonly fix: string | null;
}

/** One attempt to connect, from the configuration to the agent's first answer. */
export interface ConnectTrace {
  /** The host's name: what the person typed or chose. */
  readonly host: string;
  readonly startedAt: string;
  readonly outcome: 'running' | 'ok' | 'failed';
  readonly stages: readonly TraceStage[];
}

/** A connection waits for the person. `hop` is the machine that asks, `via` those between it and this computer. */
interface Asking {
  readonly id: string;
  readonly host: string;
  readonly hop: string;
  readonly via: readonly string[];
}

export interface HostKeyQuestion extends Asking {
  readonly kind: 'host-key';
  /** "SHA256:…", as ssh-keygen prints it. */
  readonly fingerprint: string;
  readonly keyType: string;
  /** The file that gets the key when it is accepted. */
  readonly knownHostsFile: string;
}

export interface SignInPrompt {
  /** As the server or we put it: "Password", "Verification code", "Passphrase for ~/.ssh/id_ed25519". */
  readonly label: string;
  /** What is typed may be seen. */
  readonly echo: boolean;
  /** The answer may be kept by the operating system's key store. */
  readonly canRemember: boolean;
}

export interface SignInQuestion extends Asking {
  readonly kind: 'sign-in';
  readonly method: 'passphrase' | 'keyboard-interactive' | 'password';
  /** What the server says before its prompts; may be empty. Hostile text. */
  readonly instructions: string;
  readonly prompts: readonly SignInPrompt[];
  /** From 1; more: the answer before was refused. */
  readonly attempt: number;
}

export type HostQuestion = HostKeyQuestion | SignInQuestion;

export type HostAnswer =
  | { readonly kind: 'host-key'; readonly accept: boolean }
  /** One value a prompt. */
  | { readonly kind: 'sign-in'; readonly values: readonly string[]; readonly remember: boolean }
  | { readonly kind: 'cancel' };

export interface HostSummary {
  readonly id: HostId;
  /** What people read and what identifies it: a name of the SSH configuration, or user@host:port. */
  readonly target: string;
  readonly identityFile: string | null;
  /** The person's ssh-agent may be used from there. */
  readonly forwardAgent: boolean;
  readonly link: LinkState;
  /** Something typed at a prompt of this host is in the key store. */
  readonly remembers: boolean;
  readonly workspaces: number;
}

/** What "Remove Gaffer from this host" came to. `path` is the agent's home there. */
export type HostRemoval =
  | {
      readonly kind: 'removed';
      readonly path: string;
      readonly freedBytes: number | null;
      readonly stoppedAgents: number;
      readonly stoppedProcesses: number;
      /** Entries of the home that Gaffer did not make; with one of them, the home itself stays. */
      readonly kept: readonly string[];
    }
  /** There was none. */
  | { readonly kind: 'absent'; readonly path: string }
  /** Nothing was touched: this would be stopped. */
  | {
      readonly kind: 'busy';
      readonly path: string;
      readonly processes: readonly {
        readonly command: string;
        readonly workdir: string;
        readonly startedAt: string | null;
      }[];
      readonly terminals: number;
      /** Machines that share this home and whose agents cannot be seen from here. */
      readonly elsewhere: readonly string[];
    }
  | {
      readonly kind: 'refused';
      readonly path: string;
      readonly message: string;
      readonly detail: string | null;
      readonly fix: string;
    };
