import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mountSmallDisk, type SmallDisk, smallDiskMissing } from '../../e2e/fixtures/small-disk.ts';
import { Journal } from './journal.ts';
import { decodeRecords } from './journal-records.ts';

const missing = smallDiskMissing();
const here = missing === null ? '' : ` [not here: ${missing}]`;

describe.skipIf(missing !== null)(`a full disk${here}`, () => {
  let disk: SmallDisk;
  beforeEach(() => {
    disk = mountSmallDisk(2);
  });
  afterEach(() => disk.unmount());

  it('refuses what does not fit, leaves no half of it, and takes the next when there is room', async () => {
    const file = path.join(disk.directory, 'one.log');
    const journal = new Journal(disk.directory, 'one');
    await journal.intend('first', 'h', []);
    disk.fillUpTo(1);
    const taken: number[] = [];
    let refused: unknown = null;
    for (let count = 0; refused === null; count++) {
      await journal.settle('first', 200, `${count}:${'x'.repeat(50_000)}`).then(
        () => taken.push(count),
        (error: unknown) => {
          refused = error;
        },
      );
    }
    expect(refused).toMatchObject({ code: 'ENOSPC' });
    expect(taken.length).toBeGreaterThan(5);
    const bytes = readFileSync(file);
    expect(decodeRecords(bytes)).toMatchObject({ end: bytes.length });
    disk.free();
    await journal.settle('first', 200, 'there was room');
    await journal.close();
    const again = new Journal(disk.directory, 'one');
    expect(again.find('first')).toMatchObject({ answer: { body: 'there was room' } });
    await again.close();
    expect(decodeRecords(readFileSync(file)).records).toHaveLength(taken.length + 2);
  });
});
