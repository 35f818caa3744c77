import type { Dice } from './dice.ts';

/** The words of `content.ts`: plain, varied in length, about code that there might be. */
const SUBJECTS = ['the reader', 'the cache', 'each worker', 'the lock', 'a retry', 'the index'] as const;
const VERBS = ['waits for', 'keeps', 'drops', 'counts', 'reads', 'writes', 'checks'] as const;
const OBJECTS = [
  'the last two rows',
  'a token of its own',
  'what came in meanwhile',
  'the same row twice',
  'every entry once',
  'an empty answer',
] as const;
const ENDS = [
  '',
  ' under load',
  ' after a restart',
  ' when nobody looks',
  ' at midnight',
  ' on Windows',
] as const;

function sentence(dice: Dice): string {
  const words = `${dice.one(SUBJECTS)} ${dice.one(VERBS)} ${dice.one(OBJECTS)}${dice.one(ENDS)}`;
  return `${words[0]?.toUpperCase()}${words.slice(1)}.`;
}

function sentences(dice: Dice, least: number, most: number): string {
  return Array.from({ length: dice.between(least, most) }, () => sentence(dice)).join(' ');
}

export function questionOf(dice: Dice, area: string): string {
  const asks = dice.one([
    `Why is the ${area} slow?`,
    `The ${area} test fails about once in ten runs. Please find out why.`,
    `Can you add a limit to the ${area}?`,
    `What does the ${area} do when the disk is full?`,
    `Das ${area}-Modul bricht mit „ungültig“ ab 🤔`,
  ]);
  return dice.chance(0.4) ? `${asks}\n\n${sentences(dice, 1, 4)}` : asks;
}

export function thoughtOf(dice: Dice, area: string): string {
  return `**Looking at the ${area}**\n\n${sentences(dice, 2, 7)}`;
}

export function summaryOf(dice: Dice, area: string): string {
  const points = Array.from({ length: dice.between(2, 4) }, () => `- ${sentence(dice)}`).join('\n');
  const code = dice.chance(0.45) ? `\n\n${snippetOf(dice, area)}` : '';
  const link = dice.chance(0.15) ? `\n\nSee the [notes](https://example.com/${area}).` : '';
  return `${sentences(dice, 1, 3)}\n\n${points}${code}${link}`;
}

function snippetOf(dice: Dice, area: string): string {
  return `\`\`\`ts\n${sourceOf(dice, area).split('\n').slice(0, dice.between(4, 9)).join('\n')}\n\`\`\``;
}

export function sourceOf(dice: Dice, area: string): string {
  const name = `${area}${dice.one(['Reader', 'Store', 'Queue', 'Limit'])}`;
  const fields = Array.from({ length: dice.between(2, 6) }, (_, i) => `  readonly part${i}: number;`);
  const steps = Array.from(
    { length: dice.between(2, 12) },
    (_, i) => `  total += ${area}.part${i} * ${dice.between(2, 99)}; // ${sentence(dice)}`,
  );
  return [
    `interface ${name} {`,
    ...fields,
    '}',
    '',
    `export function sumOf(${area}: ${name}): number {`,
    '  let total = 0;',
    ...steps,
    '  return total;',
    '}',
  ].join('\n');
}

export function diffOf(dice: Dice, area: string): { readonly search: string; readonly replace: string } {
  const from = dice.between(2, 20);
  const kept = `  const ${area} = open();`;
  return {
    search: `${kept}\n  wait(${from});\n  return ${area}.read();`,
    replace: `${kept}\n  // ${sentence(dice)}\n  wait(${from * 10}, signal);\n  return ${area}.read(signal);`,
  };
}

export function commandOutput(dice: Dice, area: string, fails: boolean): string {
  const lines = Array.from(
    { length: dice.between(3, 18) },
    (_, i) => `\u001b[32m✓\u001b[0m ${area} › case ${i + 1} ${dice.between(1, 80)} ms`,
  );
  const failure = [
    `\u001b[31m✗ ${area} › ${sentence(dice)}\u001b[0m`,
    `  expected ${dice.between(1, 9)}, received 0`,
    `    at src/${area}.test.ts:${dice.between(3, 200)}:7`,
  ];
  return [...lines, ...(fails ? failure : []), `${lines.length} passed, ${fails ? 1 : 0} failed`].join(
    '\n',
  );
}
