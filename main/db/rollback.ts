/** An operation throws this to undo all it wrote and still give an answer: a refusal changes nothing. */
export class Rollback extends Error {
  override readonly name = 'Rollback';
  readonly answer: unknown;
  constructor(answer: unknown) {
    super('rolled back with an answer');
    this.answer = answer;
  }
}
