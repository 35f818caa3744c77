import { expect, it } from 'vitest';
import { refusalOf } from './refusal.ts';

const errno = (code: string) => refusalOf(Object.assign(new Error('broken'), { code }), '/a');

it('#295 maps the errors of the system', () => {
  expect(errno('ENOENT')).toMatchObject({ status: 404, code: 'not-found' });
  expect(errno('EACCES')).toMatchObject({ status: 403, code: 'forbidden' });
  expect(errno('EISDIR')).toMatchObject({ status: 400, code: 'is-a-directory' });
  expect(errno('ENOSPC')).toMatchObject({ status: 507, code: 'disk-full' });
  expect(errno('EIO')).toMatchObject({ status: 500, code: 'io', message: '/a: broken' });
});
