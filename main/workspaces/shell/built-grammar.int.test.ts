import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createPackage } from '@electron/asar';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../../..');
const chunks = path.join(root, 'out/main/chunks');
const built = existsSync(chunks)
  ? readdirSync(chunks).filter((name) => /^(?:web-tree-sitter|tree-sitter-bash)-.*\.js$/.test(name))
  : [];
const missing = built.length === 0 ? ' [not here: the app is not built]' : '';

/** As grammar.ts loads them: whichever of them holds the program, the runtime and the grammar. */
const program = `
  import fs from 'node:fs';
  import path from 'node:path';
  import { brotliDecompressSync } from 'node:zlib';
  const here = import.meta.dirname;
  const modules = await Promise.all(
    fs.readdirSync(here).filter((name) => /^(web-)?tree-sitter/.test(name)).sort()
      .map(async (name) => [name, await import(new URL(name, import.meta.url).href)]));
  const inlined = (start) => modules.find(([name, m]) => name.startsWith(start) && m.default)[1].default;
  const bytes = (start) => brotliDecompressSync(Buffer.from(inlined(start).split(',')[1], 'base64'));
  const { Parser, Language } = modules.find(([, m]) => m.Parser)[1];
  await Parser.init({ wasmBinary: bytes('web-tree-sitter') });
  const parser = new Parser().setLanguage(await Language.load(bytes('tree-sitter-bash')));
  console.log(parser.parse('ls | wc').rootNode.toString());
`;
const expected =
  '(program (pipeline (command name: (command_name (word))) (command name: (command_name (word)))))';

let scratch: string;
let place: string;
beforeAll(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'gaffer-grammar-'));
  place = path.join(scratch, 'app');
  mkdirSync(place);
  for (const name of built) copyFileSync(path.join(chunks, name), path.join(place, name));
  writeFileSync(path.join(place, 'package.json'), '{"type":"module"}');
  writeFileSync(path.join(place, 'main.js'), program);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test.skipIf(built.length === 0)(
  `the built grammar is code only: plain Node finds it anywhere${missing}`,
  () => {
    const said = execFileSync(process.execPath, [path.join(place, 'main.js')], { encoding: 'utf8' });
    expect(said.trim()).toBe(expected);
  },
);

test.skipIf(built.length === 0)(`Electron finds it in a packed app${missing}`, async () => {
  const packed = path.join(scratch, 'app.asar');
  await createPackage(place, packed);
  const electron = execFileSync(process.execPath, [path.join(root, 'scripts/electron.mjs'), '--print'], {
    encoding: 'utf8',
  });
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
  const said = execFileSync(electron.trim(), [path.join(packed, 'main.js')], { encoding: 'utf8', env });
  expect(said.trim()).toBe(expected);
});
