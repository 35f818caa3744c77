// Goes into the fallback runtime as its default app: `electron <folder> …` loads the app in that folder.
// It is a module with top-level await on purpose: Electron holds `ready` back until the app's entry was read.

import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { app } from 'electron';

const given = process.argv.slice(1);
const preloads = [];
let at = 0;
for (; at < given.length; at++) {
  if (given[at] === '-r' || given[at] === '--require') preloads.push(given[++at]);
  else if (!given[at].startsWith('-')) break;
}

const require = createRequire(path.join(process.cwd(), 'launcher.js'));
for (const preload of preloads) require(preload);

const target = given[at];
if (target === undefined) {
  console.error('usage: electron <folder of the app> [arguments]');
  app.exit(2);
} else {
  process.defaultApp = true;
  process.argv.splice(1, at + 1, target);
  try {
    await import(pathToFileURL(entryOf(path.resolve(target))).href);
  } catch (error) {
    console.error('The app could not be loaded.\n', error);
    app.exit(1);
  }
}

function entryOf(location) {
  if (!location.endsWith('.asar') && !fs.statSync(location).isDirectory()) return location;
  const manifest = JSON.parse(fs.readFileSync(path.join(location, 'package.json'), 'utf8'));
  if (manifest.version) app.setVersion(manifest.version);
  app.name = manifest.productName ?? manifest.name ?? app.name;
  app.setPath('userData', path.join(app.getPath('appData'), app.name));
  app.setAppPath(location);
  return path.join(location, manifest.main ?? 'index.js');
}
