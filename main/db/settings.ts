import { randomUUID } from 'node:crypto';
import type { OwnerId } from '@shared/model/ids.ts';
import { asId } from '@shared/model/ids.ts';
import { toJson } from './json.ts';
import { operation, type Tx } from './store.ts';

/** Null when it was never saved. The value is JSON; its reader parses it. */
const loadSetting = operation(
  'read',
  (tx: Tx, { key }: { key: string }): Promise<unknown> => read(tx, key),
);

async function read(tx: Tx, key: string): Promise<unknown> {
  const { rows } = await tx.query<{ value: unknown }>('select value from settings where key = $1', [key]);
  return rows[0]?.value ?? null;
}

const saveSetting = operation(
  'durable',
  async (tx: Tx, { key, value }: { key: string; value: unknown }): Promise<null> => {
    await tx.query(
      `insert into settings (key, value) values ($1, $2)
       on conflict (key) do update set value = excluded.value`,
      [key, toJson(value)],
    );
    await tx.query(`select pg_notify('settings_update', json_build_object('key', $1::text)::text)`, [key]);
    return null;
  },
);

export interface Installation {
  /** Part of every tool call's key. */
  readonly installationId: string;
  /** The one local person. */
  readonly ownerId: OwnerId;
}

/** Made once, with the database. */
const loadInstallation = operation(
  'lazy',
  async (tx: Tx, _: Record<string, never>): Promise<Installation> => {
    await tx.query(
      `insert into settings (key, value) values ('installation', $1) on conflict (key) do nothing`,
      [
        toJson({
          installationId: randomUUID(),
          ownerId: asId<OwnerId>(randomUUID()),
        } satisfies Installation),
      ],
    );
    return (await read(tx, 'installation')) as Installation;
  },
);

export const settingOperations = { loadSetting, saveSetting, loadInstallation };
export type SettingOperations = typeof settingOperations;
