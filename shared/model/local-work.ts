/** What goes on on this computer when Gaffer quits. */
export interface LocalWork {
  readonly commands: readonly { readonly id: string; readonly command: string }[];
  readonly terminals: readonly { readonly id: string; readonly title: string }[];
}

/** `keep`: quit and leave it running. */
export type QuitAnswer = 'stop' | 'keep' | 'cancel';
