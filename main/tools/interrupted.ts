/**
 * Abort a turn's tools with this as the reason when the person stopped it: foreground processes are then
 * terminated. Any other reason (shutdown, lost ownership) leaves the processes alone.
 */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  constructor(message = 'interrupted by the user') {
    super(message);
  }
}
