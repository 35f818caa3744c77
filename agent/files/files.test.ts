import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { EditFilesRequest } from '@shared/agent-protocol/index.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHome } from '../base/home.ts';
import { Refusal } from '../base/refusal.ts';
import { editEffect, writeEffect } from './file-effect.ts';
import { listDirectory } from './list-directory.ts';
import { type FileRules, statPath } from './paths.ts';
import { contentTypeOf, readFileRange } from './read-file.ts';
import { readLines } from './read-lines.ts';

let dir: string;
let rules: FileRules;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'gaffer files ü-')));
  rules = openHome(path.join(dir, '.home'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const at = (...names: readonly string[]) => path.join(dir, ...names);
const put = (name: string, content: string | Buffer) => {
  writeFileSync(at(name), content);
  return at(name);
};
const text = (name: string) => readFileSync(at(name), 'utf8');
const read = (given: string, offset = 0, limit = 0) => readFileRange(given, { offset, limit }, rules);
const lines = (given: string) =>
  readLines(
    {
      path: given,
      offset: 1,
      limit: 0,
      maxFileSize: 1_048_576,
      maxLineBytes: 1_024,
      maxResponseLines: 2_000,
      maxResponseBytes: 32_768,
    },
    rules,
  );
async function write(given: string, content: string | Buffer) {
  const effect = writeEffect(given, Buffer.from(content), rules);
  return effect.apply(await effect.plan());
}
async function edit(files: EditFilesRequest['files']) {
  const effect = editEffect({ files }, rules);
  return effect.apply(await effect.plan());
}
const change = (search: string, replace: string) => [{ search, replace }];
async function status(promise: Promise<unknown>): Promise<number | string> {
  try {
    await promise;
    return 'done';
  } catch (error) {
    if (error instanceof Refusal) return error.status;
    throw error;
  }
}
const notRoot = process.getuid?.() !== 0;
const onlyRoot = notRoot ? ' [not here: only root can act as somebody else]' : '';
/** Permissions mean nothing to root: then the test goes on as nobody. */
async function asNobody<T>(run: () => Promise<T>): Promise<T> {
  if (notRoot) return run();
  chmodSync(dir, 0o755);
  process.seteuid?.(65_534);
  try {
    return await run();
  } finally {
    process.seteuid?.(0);
  }
}

describe('reading bytes', () => {
  it('#276 wants an absolute path', async () => {
    for (const given of ['', 'a', './a']) expect(await status(read(given))).toBe(400);
    expect(await status(read('/a\0b'))).toBe(400);
  });

  it('#277 refuses negative numbers', async () => {
    put('a', 'abc');
    expect(await status(read(at('a'), -1))).toBe(400);
    expect(await status(read(at('a'), 0, -1))).toBe(400);
  });

  it('#278 #279 refuses what is not there and a directory', async () => {
    expect(await status(read(at('none')))).toBe(404);
    expect(await status(read(dir))).toBe(400);
  });

  it('#280 refuses without permission', async () => {
    chmodSync(put('a', 'abc'), 0o000);
    expect(await asNobody(() => status(read(at('a'))))).toBe(403);
  });

  it('#281 reads ranges, also past the end', async () => {
    put('a', 'content');
    const range = async (offset: number, limit: number) => (await read(at('a'), offset, limit)).toString();
    expect(await range(0, 0)).toBe('content');
    expect(await range(0, 1)).toBe('c');
    expect(await range(1, 0)).toBe('ontent');
    expect(await range(2, 1)).toBe('n');
    expect(await range(0, 7)).toBe('content');
    expect(await range(0, 100)).toBe('content');
    expect(await range(7, 0)).toBe('');
    expect(await range(100, 0)).toBe('');
  });

  it('#282 knows types by extension', () => {
    expect(contentTypeOf('/a/b.PNG')).toBe('image/png');
    expect(contentTypeOf('/a/b')).toBe('application/octet-stream');
  });

  it('has a hard limit, and ranges get past it', async () => {
    put('big', Buffer.alloc(20 * 2 ** 20 + 5, 7));
    expect(await status(read(at('big')))).toBe(413);
    expect((await read(at('big'), 20 * 2 ** 20)).length).toBe(5);
    expect((await read(at('big'), 0, 20 * 2 ** 20)).length).toBe(20 * 2 ** 20);
  });

  it("refuses what is no file, what is secret, and the agent's own things", async () => {
    expect(await status(read('/dev/zero'))).toBe(403);
    // Missing where there is no /proc.
    expect([403, 404]).toContain(await status(read('/proc/self/environ')));
    writeFileSync(path.join(rules.run, 'token'), 'secret');
    expect(await status(read(path.join(rules.run, 'token')))).toBe(403);
    symlinkSync(rules.run, at('link'));
    expect(await status(read(at('link', 'token')))).toBe(403);
    expect(await status(write(path.join(rules.journal, 'x.log'), ''))).toBe(403);
    // The program itself: whoever writes there runs as the next agent.
    expect(await status(write(path.join(rules.root, 'agent', '1', 'agent.cjs'), ''))).toBe(403);
    writeFileSync(path.join(rules.root, 'AGENTS.md'), 'read me');
    expect((await read(path.join(rules.root, 'AGENTS.md'))).toString()).toBe('read me');
  });
});

describe('reading lines', () => {
  it('#283 #284 answers what is wrong instead of failing', async () => {
    chmodSync(put('closed', 'abc'), 0o000);
    for (const given of ['', 'relative', at('none'), dir]) {
      const answer = await lines(given);
      expect(answer).toMatchObject({ success: false, content: '' });
      expect(answer.error).toBeTruthy();
    }
    expect((await asNobody(() => lines(at('closed')))).error).toContain('permission denied');
  });

  it('#290 says size and limit of a file that is too large', async () => {
    put('big', 'x\n'.repeat(600_000));
    expect(await lines(at('big'))).toMatchObject({ success: false, file_size: 1_200_000 });
    expect((await lines(at('big'))).error).toMatch(/1200000.*1048576/);
  });

  it('says that a binary file is one', async () => {
    put('bin', Buffer.from([1, 0, 2]));
    expect((await lines(at('bin'))).error).toContain('binary file (3 bytes)');
  });
});

describe('writing', () => {
  it('#291 wants an absolute path', async () => {
    for (const given of ['', 'a', './a']) expect(await status(write(given, 'x'))).toBe(400);
  });

  it('#292 makes the file and its parents, byte for byte', async () => {
    const bytes = Buffer.from(Array.from({ length: 512 }, (_, index) => index % 256));
    await write(at('new dir', 'ünter', 'файл 1'), bytes);
    expect(readFileSync(at('new dir', 'ünter', 'файл 1'))).toEqual(bytes);
    expect(readdirSync(at('new dir', 'ünter'))).toEqual(['файл 1']);
  });

  it('makes no more directories than somebody could want', async () => {
    const down = (depth: number) => at(...Array.from({ length: depth }, () => 'd'), 'file');
    expect(await status(write(down(1_000), 'x'))).toBe(400);
    expect(existsSync(at('d'))).toBe(false);
    await write(down(64), 'x');
    expect(readFileSync(down(64), 'utf8')).toBe('x');
    await write(down(128), 'x');
    expect(await status(write(down(193), 'x'))).toBe(400);
  });

  it('#293 refuses a directory and a path below a file', async () => {
    put('file', 'x');
    expect(await status(write(dir, 'x'))).toBe(400);
    expect(await status(write(at('file', 'below'), 'x'))).toBe(400);
  });

  it('#294 refuses without permission', async () => {
    mkdirSync(at('closed'), { mode: 0o555 });
    chmodSync(put('locked', 'old'), 0o444);
    expect(await asNobody(() => status(write(at('closed', 'new'), 'x')))).toBe(403);
    expect(await asNobody(() => status(write(at('locked'), 'x')))).toBe(403);
    expect(text('locked')).toBe('old');
  });

  it('#296 #313 keeps the mode', async () => {
    chmodSync(put('script', 'old'), 0o755);
    await write(at('script'), 'new');
    expect(statSync(at('script')).mode & 0o777).toBe(0o755);
    await edit([{ path: at('script'), edits: change('new', 'newer') }]);
    expect(statSync(at('script')).mode & 0o777).toBe(0o755);
    expect(text('script')).toBe('newer');
  });

  it('writes through a link, also one to a file that is still to be made', async () => {
    put('target', 'old');
    symlinkSync('target', at('link'));
    symlinkSync('later', at('dangling'));
    await write(at('link'), 'new');
    await write(at('dangling'), 'made');
    expect([text('target'), text('later')]).toEqual(['new', 'made']);
  });

  it('#295 leaves the file and no rubbish when the disk fails', async () => {
    put('a', 'old');
    const effect = writeEffect(at('a'), Buffer.from('new'), rules);
    const plan = await effect.plan();
    rmSync(at('a'));
    mkdirSync(at('a', 'in the way'), { recursive: true });
    expect(await status(effect.apply(plan))).toBe(400);
    expect(readdirSync(dir).filter((name) => name.includes('.tmp.'))).toEqual([]);
    expect(existsSync(at('a', 'in the way'))).toBe(true);
  });
});

describe('editing', () => {
  it('#297 refuses a request without sense', async () => {
    put('a', 'x');
    expect(await status(edit([]))).toBe(400);
    for (const given of ['', 'a', './a']) {
      expect(await status(edit([{ path: given, edits: change('x', 'y') }]))).toBe(400);
    }
    expect(await status(edit([{ path: at('a'), edits: [] }]))).toBe(400);
    expect(await status(edit([{ path: at('a'), edits: change('', 'y') }]))).toBe(400);
    const twice = { path: at('a'), edits: change('x', 'y') };
    symlinkSync('a', at('same'));
    expect(await status(edit([twice, { ...twice, path: at('same') }]))).toBe(400);
  });

  it('#298 maps what is missing, a directory and permissions', async () => {
    chmodSync(put('locked', 'x'), 0o444);
    const one = (given: string) => status(edit([{ path: given, edits: change('x', 'y') }]));
    expect(await one(at('none'))).toBe(404);
    expect(await one(dir)).toBe(400);
    expect(await asNobody(() => one(at('locked')))).toBe(403);
  });

  it('#303 applies edits in order, in several files', async () => {
    put('a', 'one\n');
    put('b', 'two\n');
    await edit([
      { path: at('a'), edits: [...change('one', 'two'), ...change('two', 'three')] },
      { path: at('b'), edits: change('two', 'ü') },
    ]);
    expect([text('a'), text('b')]).toEqual(['three\n', 'ü\n']);
  });

  it.skipIf(notRoot)(
    `#299 leaves the original and no rubbish when it cannot be replaced${onlyRoot}`,
    async () => {
      const dirOfOthers = at('shared');
      mkdirSync(dirOfOthers);
      // Everybody may write the file and make new ones beside it, but replace only their own.
      chmodSync(dirOfOthers, 0o1777);
      const original = put('shared/a', 'old');
      chmodSync(original, 0o666);
      expect(await asNobody(() => status(edit([{ path: original, edits: change('old', 'new') }])))).toBe(
        403,
      );
      expect(readdirSync(dirOfOthers)).toEqual(['a']);
      expect(text('shared/a')).toBe('old');
    },
  );

  it('does not search a large file again and again', async () => {
    put('large', Buffer.alloc(3 * 2 ** 20, 'x'));
    const edits = Array.from({ length: 40 }, () => ({ search: 'y', replace: 'z' }));
    expect(await status(edit([{ path: at('large'), edits }]))).toBe(413);
  });

  it('keeps bytes that are no text', async () => {
    put('mixed', Buffer.from([0xff, 0x41, 0xfe, 0xc3, 0xbc]));
    await edit([{ path: at('mixed'), edits: change('A', 'ü') }]);
    expect(readFileSync(at('mixed'))).toEqual(Buffer.from([0xff, 0xc3, 0xbc, 0xfe, 0xc3, 0xbc]));
  });

  it('#311 #312 lists all that is wrong, with the highest status, and writes nothing', async () => {
    put('good', 'x');
    put('twice', 'x x');
    const failed = edit([
      { path: at('good'), edits: change('x', 'y') },
      { path: at('twice'), edits: change('x', 'y') },
      { path: at('none'), edits: change('x', 'y') },
    ]);
    await expect(failed).rejects.toMatchObject({ status: 404, code: 'not-found' });
    await expect(failed).rejects.toThrow(/twice: .*2 times[\s\S]*none: no such file/);
    expect(text('good')).toBe('x');
  });
});

describe('after a crash between intent and outcome', () => {
  it('does what was not done and leaves what was', async () => {
    put('a', 'x');
    put('b', 'x');
    const effect = editEffect(
      {
        files: [
          { path: at('a'), edits: change('x', 'xx') },
          { path: at('b'), edits: change('x', 'xx') },
        ],
      },
      rules,
    );
    const begun = effect.changes(await effect.plan());
    writeFileSync(at('a'), 'xx');
    await effect.recover(begun);
    expect([text('a'), text('b')]).toEqual(['xx', 'xx']);
    await effect.recover(begun);
    expect([text('a'), text('b')]).toEqual(['xx', 'xx']);
  });

  it('does not touch a file that someone else has changed', async () => {
    put('a', 'x');
    const effect = writeEffect(at('a'), Buffer.from('y'), rules);
    const begun = effect.changes(await effect.plan());
    writeFileSync(at('a'), 'z');
    await expect(effect.recover(begun)).rejects.toMatchObject({ status: 409, code: 'unknown-outcome' });
    expect(text('a')).toBe('z');
  });
});

describe('looking', () => {
  it('lists directories first, then by name', async () => {
    put('b', '');
    put('a', '');
    mkdirSync(at('z'));
    symlinkSync('z', at('y'));
    const { contents, truncated, absolute_path } = await listDirectory(dir, rules);
    expect(contents.map(({ name, is_dir }) => `${name}${is_dir ? '/' : ''}`)).toEqual([
      '.home/',
      'y/',
      'z/',
      'a',
      'b',
    ]);
    expect({ truncated, absolute_path }).toEqual({ truncated: false, absolute_path: dir });
    expect(await status(listDirectory(at('none'), rules))).toBe(404);
    expect(await status(listDirectory(at('a'), rules))).toBe(400);
  });

  it('tells the kind, and the real path of what is missing', async () => {
    put('a', 'abc');
    symlinkSync(dir, at('link'));
    expect(await statPath(at('link', 'a'), rules)).toMatchObject({
      kind: 'file',
      size: 3,
      realPath: at('a'),
    });
    expect(await statPath(at('link', 'no', 'such'), rules)).toMatchObject({
      kind: 'missing',
      realPath: at('no', 'such'),
    });
    expect(await statPath(at('a', 'below'), rules)).toMatchObject({ kind: 'missing' });
    expect(await statPath('/dev/null', rules)).toMatchObject({ kind: 'other' });
  });
});
