import fs from 'node:fs';
import path from 'node:path';
import type { Repository } from '../fixtures/repository.ts';

const HOLD = `import { RELEASE } from './sql.ts';

export class Holds {
  constructor(private readonly pool: Pool, private readonly events: Events) {}

  async release(id: HoldId) {
    await this.pool.query(RELEASE, [id]);
    this.events.emit('released', id);
  }
}
`;

const SEATS = `export async function sell(tx: Tx, seat: SeatId) {
  const row = await load(seat);
  if (row.sold) return false;
  await tx.query(SELL, [seat]);
  return true;
}
`;

/** A test run that the scenes find in the middle. */
const REPEAT = `for (let run = 1; run <= 31; run += 1) {
  console.log(\`run \${run} of 50\`);
  for (const [name, ms] of [['releases the hold once', 38], ['two buyers, one seat', 51]])
    console.log(\`  \\x1b[32m✓\\x1b[0m checkout › \${name} (\${ms} ms)\`);
}
setTimeout(() => undefined, 900_000);
`;

const FILES: Readonly<Record<string, string>> = {
  'src/checkout/hold.ts': HOLD,
  'src/checkout/seats.ts': SEATS,
  'src/checkout/sql.ts': 'export const RELEASE = `update hold set released_at = now() where id = $1`;\n',
  'src/checkout/hold.test.ts': "test('releases the hold once', async () => {});\n",
  'package.json': `${JSON.stringify({ name: 'api-server', type: 'module', scripts: { test: 'node repeat.mjs' } }, null, 2)}\n`,
  'repeat.mjs': REPEAT,
  'src/events.ts': 'export interface Events {\n  emit(name: string, id: string): void;\n}\n',
  'docs/outbox.md': '# Outbox\n\nEvents are written with the change that they tell of.\n',
};

/** What the agents of the scenes work on. */
export function fillApiServer({ directory, git }: Repository): void {
  for (const [file, text] of Object.entries(FILES)) {
    fs.mkdirSync(path.dirname(path.join(directory, file)), { recursive: true });
    fs.writeFileSync(path.join(directory, file), text);
  }
  git('add', '.');
  git('commit', '--quiet', '-m', 'The checkout');
  git('switch', '--quiet', '-c', 'fix/flaky-checkout');
}
