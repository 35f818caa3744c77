/** Ends a switch that must be exhaustive. Throws when data from outside broke the type's promise. */
export function never(value: never): never {
  throw new Error(`Unexpected value: ${JSON.stringify(value)}`);
}
