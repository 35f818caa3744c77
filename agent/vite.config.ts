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
    minify: false,
    rolldownOptions: {
      input: path.join(import.meta.dirname, 'index.ts'),
      output: { format: 'cjs', codeSplitting: false, entryFileNames: 'agent.cjs' },
    },
  },
});
