import { expect, test } from 'vitest';
import { exportedMessage } from './format.ts';

function contentOf(part: object): unknown {
  return exportedMessage.shape.content.parse([part]);
}

test('a file keeps its id and size; an id that the database would not take is left out, not the message', () => {
  const file = { type: 'file', media_type: 'image/png', name: 'a.png', size: 7 };
  const id = '3f0f3a0e-6f0f-4a53-9a3e-0f5d4d2b8f11';
  expect(contentOf({ ...file, file_id: id })).toEqual([{ ...file, file_id: id }]);
  expect(contentOf({ ...file, file_id: 'a.png' })).toEqual([{ ...file, file_id: undefined }]);
});
