/** History or ownership moved on under the task. Like ShuttingDown and tools' Interrupted: never an error. */
export class Superseded extends Error {
  override readonly name = 'Superseded';
}

/** The app is closing: processes go on, the chat stays running for the next start. */
export class ShuttingDown extends Error {
  override readonly name = 'ShuttingDown';
}
