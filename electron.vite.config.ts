import fs from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

const here = (file: string) => path.resolve(import.meta.dirname, file);
const alias = { '@shared': here('shared') };

/** A WebAssembly module that is imported with `?inline` travels compressed: a tenth of its size, unpacked at its use. */
const packedWasm = {
  name: 'packed-wasm',
  enforce: 'pre' as const,
  load(id: string): string | null {
    if (!id.endsWith('.wasm?inline')) return null;
    const bytes = fs.readFileSync(id.slice(0, -'?inline'.length));
    const packed = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } });
    return `export default ${JSON.stringify(`data:application/wasm+brotli;base64,${packed.toString('base64')}`)};`;
  },
};

// One build runs in Electron 33 (Node 20.18, Chrome 130) and in the current one.
export default defineConfig({
  main: {
    resolve: { alias },
    // Imported with `?inline`: the shell's grammar travels in a chunk of its own, so there is no file to be found.
    assetsInclude: ['**/*.wasm'],
    plugins: [packedWasm],
    build: {
      target: 'node20.18',
      externalizeDeps: true,
      rolldownOptions: {
        input: {
          index: here('main/index.ts'),
          'db-worker': here('main/db-worker.ts'),
          'backup-worker': here('main/backup-worker.ts'),
          // The daemon without a window, under plain Node; also as a module.
          daemon: here('main/headless.ts'),
        },
        output: {
          format: 'es',
          entryFileNames: '[name].js',
          chunkFileNames: 'chunks/[name]-[hash].js',
          // Half as much to ship and to read at the start; names stay, so that logs can be read.
          minify: { mangle: false, compress: true, codegen: { removeWhitespace: true } },
        },
      },
    },
  },
  preload: {
    resolve: { alias },
    build: {
      target: 'node20.18',
      // A sandboxed preload is one CommonJS file that may only require electron.
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: here('preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: here('renderer'),
    resolve: { alias },
    plugins: [react()],
    build: {
      target: 'chrome130',
      minify: true,
      rolldownOptions: { input: { index: here('renderer/index.html') } },
    },
  },
});
