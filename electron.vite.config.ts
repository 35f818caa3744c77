import { defineConfig } from 'electron-vite';
import react from '@vitejs/plugin-react';

import path from 'node:path';

const r = (p: string) => path.resolve(import.meta.dirname, p);
const alias = { '@shared': r('shared') };

export default defineConfig({
  main: {
    resolve: { alias },
    build: {
      target: 'node20.18',           // one build runs in Electron 33 (Node 20.18) and in 45
      externalizeDeps: true,
      rolldownOptions: {
        input: { index: r('main/index.ts'), 'db-worker': r('main/db-worker.ts') },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    resolve: { alias },
    build: {
      target: 'node20.18',
      externalizeDeps: false,        // a sandboxed preload may only require electron/events/timers/url
      rolldownOptions: {
        input: { index: r('preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },   // sandboxed preloads are CJS only
      },
    },
  },
  renderer: {
    root: r('renderer'),
    
    resolve: { alias },
    plugins: [react()],
    build: {
      target: 'chrome130',
      minify: true,                  // electron-vite's default is false
      rolldownOptions: { input: { index: r('renderer/index.html') } },
    },
  },
});
