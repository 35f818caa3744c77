/** Something that a client follows. */
export interface Watched<Event> {
  /** What is new since the last time; at first the present state. Called again after `changed`, and now and then. */
  tell(): Promise<readonly Event[]>;
  close(): void;
}

/** `changed` says: ask again. It may be called at any time and often. */
export type Watch<Event> = (changed: () => void) => Watched<Event>;

/** Calls within `ms` are one, at the end of it: a file that is always written to is not heard of without pause. */
export function joined(ms: number, run: () => void): { (): void; cancel(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const call = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      run();
    }, ms);
  };
  const cancel = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  return Object.assign(call, { cancel });
}
