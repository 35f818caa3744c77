/** The builds inline it: a data URL, so that nothing must be found on the disk of a built or packed app. */
declare module '*.wasm?inline' {
  const dataUrl: string;
  // The shape of vite's asset modules
  export default dataUrl;
}
