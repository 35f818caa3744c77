import { createHmac, timingSafeEqual } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Home } from '../base/home.ts';
import { ASKPASS_TOKEN } from './askpass.ts';

export interface AskpassOptions {
  readonly home: Home;
  readonly agentFile: string;
  readonly version: string;
  /** Only this agent, and what runs after it in its place, can make tokens. */
  readonly secret: string;
}

export interface Askpass {
  /** For the process of this id. */
  env(id: string): Readonly<Record<string, string>>;
  processOf(token: string): string | null;
}

/** Writes the program that git runs: this very file, in the way in which this agent runs. */
export function openAskpass({ home, agentFile, version, secret }: AskpassOptions): Askpass {
  const script = path.join(home.run, `${version}.askpass`);
  const electron = process.versions.electron ? 'ELECTRON_RUN_AS_NODE=1 ' : '';
  const words = [process.execPath, agentFile, 'askpass', '--home', home.root, '--'].map(quoted).join(' ');
  const next = `${script}.new`;
  writeFileSync(next, `#!/bin/sh\n${electron}exec ${words} "$@"\n`, { mode: 0o700 });
  renameSync(next, script);
  const proofOf = (id: string) => createHmac('sha256', secret).update(`askpass ${id}`).digest('hex');
  return {
    env: (id) => ({ GIT_ASKPASS: script, [ASKPASS_TOKEN]: `${id}.${proofOf(id)}` }),
    processOf(token) {
      const at = token.lastIndexOf('.');
      const id = token.slice(0, Math.max(0, at));
      const given = Buffer.from(token.slice(at + 1));
      const right = Buffer.from(proofOf(id));
      return given.length === right.length && timingSafeEqual(given, right) ? id : null;
    },
  };
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
