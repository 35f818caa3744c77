import { createEventQueue, type EventQueue } from './event-queue.ts';

/** One source, many feeds. Who is not listening when an event is sent does not get it. */
export interface Broadcast<T> {
  send(event: T): void;
  watch(signal: AbortSignal): AsyncIterable<T>;
  readonly watchers: number;
}

export function createBroadcast<T>(): Broadcast<T> {
  const queues = new Set<EventQueue<T>>();
  return {
    send(event) {
      for (const queue of queues) queue.push(event);
    },
    async *watch(signal) {
      const queue = createEventQueue<T>(signal);
      queues.add(queue);
      try {
        yield* queue;
      } finally {
        queues.delete(queue);
      }
    },
    get watchers() {
      return queues.size;
    },
  };
}
