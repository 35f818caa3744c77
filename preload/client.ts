/** What the preload exposes as `window.gaffer`: the window's only door. */
export interface GafferBridge {
  /** Answers a `Result`; rejects only when the main process is gone. */
  invoke(name: string, input: unknown): Promise<unknown>;
  /** Where a dropped file lies on this computer; null: it is no file of it. */
  pathOf(file: File): string | null;
  /** Subscribes. The port arrives as a window message `{ type: 'gaffer-port', id }`. */
  open(id: string, name: string, input: unknown): void;
}
