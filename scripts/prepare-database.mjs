#!/usr/bin/env node
// Makes out/resources/pg18-<engine>-<migrations>.tar.gz, the database that a first run starts from, unless it
// is there. `npm run build` calls it; a missing archive costs a first run some seconds, nothing else.
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { runnerImport } from 'vite';

const root = path.resolve(import.meta.dirname, '..');
const target = path.join(root, 'out', 'resources');

export async function prepare() {
  const { module } = await runnerImport(path.join(root, 'main/db/prepared.ts'), {
    root,
    configFile: false,
    logLevel: 'warn',
    resolve: { alias: { '@shared': path.join(root, 'shared') } },
  });
  const archive = await module.prepareDatabase(target);
  for (const name of await readdir(target)) {
    const isOld = /^pg\d+-.*\.tar\.gz$/.test(name) && name !== path.basename(archive);
    if (isOld) await rm(path.join(target, name));
  }
  return archive;
}

if (process.argv[1] === import.meta.filename) console.log(path.relative(root, await prepare()));
