import path from 'node:path';
import { defineConfig } from 'vite';

const root = path.resolve(import.meta.dirname, '..');

/** One CommonJS file that a bare Node.js >= 18 runs: nothing is resolved on the host. */
export default defineConfig({
  root: import.meta.dirname,
  resolve: { alias: { '@shared': path.join(root, 'shared') } },
  ssr: { noExternal: true, target: 'node' },
  build: {
    ssr: true,
    target: 'node18',
    outDir: path.join(root, 'out/agent'),
    emptyOutDir: false,
    rolldownOptions: {
      input: path.join(import.meta.dirname, 'index.ts'),
      output: {
        format: 'cjs',
        codeSplitting: false,
        entryFileNames: 'agent.cjs',
        comments: false,
        // It travels over slow lines; names stay, so that its log can be read.
        minify: {
          compress: { keepNames: { function: true, class: true } },
          mangle: { keepNames: true },
          codegen: true,
        },
      },
    },
  },
});
