import { createMask, type Mask } from '../base/mask.ts';
import type { DaemonOptions } from './options.ts';

/** Everything that tools, logs and the window must not show, from whoever knows some of it. */
export interface KnownSecrets {
  readonly mask: Mask;
  know(source: () => readonly string[]): void;
}

export function openSecrets(options: DaemonOptions): KnownSecrets {
  const passwords = passwordsOf(databaseUrlOf(options));
  const sources = [() => passwords];
  const mask = createMask(() => sources.flatMap((source) => source()));
  return { mask, know: (source) => sources.push(source) };
}

/** Null: the database of this computer. */
export function databaseUrlOf({ env }: DaemonOptions): string | null {
  return env['GAFFER_DATABASE_URL']?.trim() || null;
}

/** As it stands in the URL and as it is meant: what tools print must show neither. */
function passwordsOf(databaseUrl: string | null): readonly string[] {
  if (databaseUrl === null || !URL.canParse(databaseUrl)) return [];
  const { password } = new URL(databaseUrl);
  return [password, decodeURIComponent(password)];
}
