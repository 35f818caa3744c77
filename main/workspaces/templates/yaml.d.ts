/** vite and vitest give the text of a file that is imported with `?raw`. */
declare module '*.yaml?raw' {
  const text: string;
  // The shape of vite's raw modules
  export default text;
}
