/** The words of one attempt, numbered: two attempts have none in common, and a lost or doubled one shows. */
export function wordsOf(attempt: number, count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `a${attempt}.w${at} `);
}

/** What is wrong with words that a window shows; null when they are the beginning of one attempt. */
export function wordsProblem(text: string): string | null {
  const [first] = text.split('.', 1);
  const words = text.split(' ');
  if (words.pop() !== '') return `it ends in the middle of a word: …${text.slice(-20)}`;
  const wrong = words.findIndex((word, at) => word !== `${first}.w${at}`);
  return wrong < 0 ? null : `word ${wrong} is ${words[wrong]}, after ${words[wrong - 1] ?? 'nothing'}`;
}
