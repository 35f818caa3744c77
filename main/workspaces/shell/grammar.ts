import { brotliDecompressSync } from 'node:zlib';
import type { Tree } from 'web-tree-sitter';

/** Longer commands ask: a person reads no more, and neither do we. */
export const MAX_COMMAND = 8_000;
/** Far more than any command of that length takes. */
const PARSE_WITHIN_MS = 250;

export interface Grammar {
  /** Null when it took too long. The caller frees the tree with `delete`. */
  parse(text: string): Tree | null;
}

let loaded: Promise<Grammar> | undefined;

/** tree-sitter's grammar of bash. Loaded at the first use, once a process. */
export function loadGrammar(): Promise<Grammar> {
  // One that could not be loaded is tried again.
  loaded ??= load().catch((error: unknown) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

async function load(): Promise<Grammar> {
  const [{ Language, Parser }, runtime, bash] = await Promise.all([
    import('web-tree-sitter'),
    import('web-tree-sitter/web-tree-sitter.wasm?inline'),
    import('tree-sitter-bash/tree-sitter-bash.wasm?inline'),
  ]);
  await Parser.init({ wasmBinary: bytesOf(runtime.default) });
  const parser = new Parser().setLanguage(await Language.load(bytesOf(bash.default)));
  return {
    parse(text) {
      const startedAt = performance.now();
      const tree = parser.parse(text, null, {
        progressCallback: () => performance.now() - startedAt > PARSE_WITHIN_MS,
      });
      // What was cut off would be gone on with at the next call.
      if (tree === null) parser.reset();
      return tree;
    },
  };
}

/** The app's build packs them (electron.vite.config.ts), the tests' does not. */
function bytesOf(dataUrl: string): Uint8Array {
  const bytes = Buffer.from(dataUrl.slice(dataUrl.indexOf(',') + 1), 'base64');
  return dataUrl.startsWith('data:application/wasm+brotli') ? brotliDecompressSync(bytes) : bytes;
}
