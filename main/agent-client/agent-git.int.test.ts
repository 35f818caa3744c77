import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import type { GitDiffQuery, GitFile } from '@shared/agent-protocol/git.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestAgent, type TestAgent } from './test-agent.ts';

let agent: TestAgent;
const signal = AbortSignal.timeout(600_000);
const call = { signal };
const keyed = () => ({ signal, key: randomUUID() });
const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

beforeAll(async () => {
  agent = await startTestAgent();
});
afterAll(() => agent.close());

async function newRepository({ commit = true } = {}) {
  const root = path.join(await mkdtemp(path.join(agent.dir, 'repo ')), 'größe');
  mkdirSync(root);
  const git = (...args: string[]) =>
    execFileSync(
      'git',
      ['-c', 'user.name=T', '-c', 'user.email=t@x', '-c', 'protocol.file.allow=always', ...args],
      { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    ).trim();
  const write = (name: string, text: string | Uint8Array) => {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  };
  git('init', '--quiet', '--initial-branch=main');
  if (commit) {
    write('a.txt', 'one\ntwo\nthree\n');
    write('b.txt', 'b\n');
    git('add', '.');
    git('commit', '--quiet', '-m', 'first');
  }
  return {
    root,
    git,
    write,
    status: (at = root) => agent.client.gitStatus(at, call),
    diff: (query: Partial<GitDiffQuery> = {}) => agent.client.gitDiff({ path: root, ...query }, call),
  };
}

async function statusOf(repository: Awaited<ReturnType<typeof newRepository>>) {
  const status = await repository.status();
  if (status.kind !== 'status') throw new Error(status.kind);
  return status;
}

async function diffOf(
  repository: Awaited<ReturnType<typeof newRepository>>,
  query: Partial<GitDiffQuery> = {},
) {
  const diff = await repository.diff(query);
  if (diff.kind !== 'diff') throw new Error(diff.kind);
  return diff;
}

/** All that must not change: the index, the working tree, the branches. */
function fingerprint({ root, git }: Awaited<ReturnType<typeof newRepository>>): string {
  const hash = createHash('sha256');
  hash.update(readFileSync(path.join(root, '.git/index')));
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' }).toSorted())
    if (!name.startsWith('.git')) hash.update(name);
  hash.update(git('for-each-ref', 'refs/heads', 'refs/tags'));
  return hash.digest('hex');
}

const named = (files: readonly GitFile[]) =>
  Object.fromEntries(files.map(({ path: name, index, worktree }) => [name, `${index} ${worktree}`]));

describe('status', () => {
  it('tells branch, commit, and what happened to each file', async () => {
    const repository = await newRepository();
    const { root, git, write } = repository;
    write('a.txt', 'one\nzwei\nthree\n');
    write('staged.txt', 'new\n');
    git('add', 'staged.txt');
    git('mv', 'b.txt', 'c d.txt');
    write('neu/größe.txt', 'x');
    write('.gitignore', 'ignored\n');
    write('ignored', 'x');
    const status = await statusOf(repository);
    expect(status).toMatchObject({
      root,
      branch: 'main',
      commit: git('rev-parse', 'HEAD'),
      upstream: null,
      operation: null,
      truncated: false,
    });
    expect(named(status.files)).toEqual({
      'a.txt': 'same modified',
      'staged.txt': 'added same',
      'c d.txt': 'renamed same',
      'neu/größe.txt': 'same untracked',
      '.gitignore': 'same untracked',
    });
    expect(status.files.find((file) => file.path === 'c d.txt')?.from).toBe('b.txt');
    // From a directory inside, the same.
    expect(await repository.status(path.join(root, 'neu'))).toEqual(status);
  });

  it('of a branch without a commit, of a detached head, with an upstream', async () => {
    const unborn = await newRepository({ commit: false });
    unborn.write('first', '');
    expect(await unborn.status()).toMatchObject({ kind: 'status', branch: 'main', commit: null });
    const repository = await newRepository();
    const clone = `${repository.root} clone`;
    repository.git('clone', '--quiet', repository.root, clone);
    execFileSync(
      'git',
      ['-c', 'user.name=T', '-c', 'user.email=t@x', 'commit', '-q', '--allow-empty', '-m', 'x'],
      { cwd: clone },
    );
    expect(await repository.status(clone)).toMatchObject({
      upstream: { name: 'origin/main', ahead: 1, behind: 0 },
    });
    repository.git('checkout', '--quiet', '--detach');
    expect(await repository.status()).toMatchObject({
      branch: null,
      commit: repository.git('rev-parse', 'HEAD'),
    });
  });

  it('of a merge that has conflicts', async () => {
    const repository = await newRepository();
    const { git, write } = repository;
    git('switch', '--quiet', '-c', 'other');
    write('a.txt', 'other\n');
    git('commit', '--quiet', '-am', 'other');
    git('switch', '--quiet', 'main');
    write('a.txt', 'main\n');
    git('commit', '--quiet', '-am', 'main');
    expect(() => git('merge', '--quiet', 'other')).toThrow('Command failed');
    const status = await statusOf(repository);
    expect(status.operation).toBe('merge');
    expect(named(status.files)).toEqual({ 'a.txt': 'unmerged unmerged' });
  });

  it('of a worktree, a submodule, a bare repository, and of none', async () => {
    const repository = await newRepository();
    const { root, git } = repository;
    const tree = `${root} tree`;
    git('worktree', 'add', '--quiet', '-b', 'side', tree);
    expect(await repository.status(tree)).toMatchObject({ kind: 'status', root: tree, branch: 'side' });
    const library = await newRepository();
    git('submodule', '--quiet', 'add', library.root, 'lib');
    git('commit', '--quiet', '-m', 'lib');
    execFileSync(
      'git',
      ['-c', 'user.name=T', '-c', 'user.email=t@x', 'commit', '-q', '--allow-empty', '-m', 'x'],
      {
        cwd: path.join(root, 'lib'),
      },
    );
    const { files } = await statusOf(repository);
    expect(files).toMatchObject([{ path: 'lib', worktree: 'modified', submodule: true }]);
    expect(await repository.status(path.join(root, 'lib'))).toMatchObject({
      kind: 'status',
      root: path.join(root, 'lib'),
    });
    const bare = `${root} bare`;
    git('clone', '--quiet', '--bare', root, bare);
    expect(await repository.status(bare)).toEqual({ kind: 'bare', git_dir: bare });
    expect(await repository.status(path.join(root, '.git'))).toEqual({
      kind: 'bare',
      git_dir: path.join(root, '.git'),
    });
    const none = await mkdtemp(path.join(agent.dir, 'none '));
    expect(await repository.status(none)).toEqual({ kind: 'none' });
  });

  it.skipIf(process.getuid?.() !== 0)(
    'of one that belongs to somebody else [not here: only root can give a directory away]',
    async () => {
      const repository = await newRepository();
      chownSync(repository.root, 12_345, 12_345);
      chownSync(path.join(repository.root, '.git'), 12_345, 12_345);
      expect(await repository.status()).toEqual({ kind: 'unsafe', root: repository.root });
      expect(await repository.diff()).toMatchObject({ kind: 'unsafe' });
    },
  );

  it('says when there is more than it lists', async () => {
    const repository = await newRepository();
    execFileSync('sh', ['-c', 'for i in $(seq 1 10001); do : > "f$i"; done'], { cwd: repository.root });
    const { files, truncated } = await statusOf(repository);
    expect(files).toHaveLength(10_000);
    expect(truncated).toBe(true);
  });

  it('refuses what is no directory', async () => {
    const { root, status } = await newRepository();
    await expect(status(path.join(root, 'a.txt'))).rejects.toMatchObject({ code: 'not-a-directory' });
    await expect(status(path.join(root, 'none'))).rejects.toMatchObject({ code: 'not-found' });
    await expect(status('relative')).rejects.toMatchObject({ code: 'bad-request' });
    await expect(status(path.join(agent.home, 'runs'))).rejects.toMatchObject({ code: 'forbidden' });
  });
});

describe('diff', () => {
  it('shows what is tracked, staged or not, and what is not tracked yet', async () => {
    const repository = await newRepository();
    const { git, write } = repository;
    write('a.txt', 'one\nzwei\nthree\n');
    write('staged.txt', 'staged\n');
    git('add', 'staged.txt');
    write('neu/größe.txt', 'untracked\n');
    write('program', Uint8Array.from([127, 69, 0, 1]));
    const before = fingerprint(repository);
    const { diff, base, truncated } = await diffOf(repository);
    expect(base).toBe(git('rev-parse', 'HEAD'));
    expect(truncated).toBe(false);
    expect(diff).toContain('-two\n+zwei\n');
    expect(diff).toContain('+++ b/neu/größe.txt');
    expect(diff).toContain('+untracked');
    expect(diff).toContain('+staged');
    expect(diff).toContain('Binary files /dev/null and b/program differ');
    expect(fingerprint(repository)).toBe(before);
    expect(git('status', '--porcelain')).toContain('?? neu/');
  });

  it('against another commit, since a branch was left, against a tree, and of some files only', async () => {
    const repository = await newRepository();
    const { git, write } = repository;
    const first = git('rev-parse', 'HEAD');
    git('switch', '--quiet', '-c', 'topic');
    write('topic.txt', 'topic\n');
    git('add', '.');
    git('commit', '--quiet', '-m', 'topic');
    git('switch', '--quiet', 'main');
    write('main.txt', 'main\n');
    git('add', '.');
    git('commit', '--quiet', '-m', 'main');
    git('switch', '--quiet', 'topic');
    const against = await diffOf(repository, { base: 'main' });
    expect(against.diff).toContain('-main');
    expect(against.diff).toContain('+topic');
    const since = await diffOf(repository, { base: 'main', merge_base: true });
    expect(since.base).toBe(first);
    expect(since.diff).not.toContain('main.txt');
    expect(since.diff).toContain('+topic');
    const tree = git('rev-parse', 'main^{tree}');
    expect((await diffOf(repository, { base: tree })).diff).toBe(against.diff);
    const some = await diffOf(repository, { base: 'main', files: ['topic.txt'] });
    expect(some.diff).toContain('+topic');
    expect(some.diff).not.toContain('main.txt');
    write('a.txt', 'one\ntwo\nthree\nfour\n');
    expect((await diffOf(repository, { context: 0 })).diff).not.toContain('\n three');
  });

  it('of a repository without a commit everything is new', async () => {
    const repository = await newRepository({ commit: false });
    repository.write('first.txt', 'first\n');
    const { diff, base } = await diffOf(repository);
    expect(base).toBe(EMPTY_TREE);
    expect(diff).toContain('+first');
  });

  it('of a name that git does not know, or that is an option', async () => {
    const { diff, root } = await newRepository();
    expect(await diff({ base: 'nowhere' })).toEqual({ kind: 'unknown-base' });
    for (const base of ['--output=x', '', 'a b', 'x'.repeat(300)])
      await expect(diff({ base })).rejects.toMatchObject({ code: 'bad-request' });
    expect(existsSync(path.join(root, 'x'))).toBe(false);
    await expect(diff({ context: -1 })).rejects.toMatchObject({ code: 'bad-request' });
  });

  it('is cut at 4 MiB, after a whole line, and says so', async () => {
    const repository = await newRepository();
    repository.write('big.txt', 'a line that is long enough to be counted\n'.repeat(120_000));
    const { diff, truncated } = await diffOf(repository);
    expect(truncated).toBe(true);
    expect(Buffer.byteLength(diff)).toBeLessThanOrEqual(4 * 1024 * 1024);
    expect(diff.endsWith('counted\n')).toBe(true);
  });
});

describe('snapshot', () => {
  it('keeps the working tree under a private ref and touches nothing', async () => {
    const repository = await newRepository();
    const { root, git, write } = repository;
    write('a.txt', 'changed\n');
    write('new.txt', 'new\n');
    write('.gitignore', 'ignored\n');
    write('ignored', 'x');
    rmSync(path.join(root, 'b.txt'));
    const before = fingerprint(repository);
    const taken = await agent.client.gitSnapshot({ path: root, name: 'chat-1/step-1' }, keyed());
    if (taken.kind !== 'snapshot') throw new Error(taken.kind);
    expect(taken).toMatchObject({ root, ref: 'refs/gaffer/chat-1/step-1', incomplete: false });
    expect(git('rev-parse', taken.ref)).toBe(taken.tree);
    expect(git('ls-tree', '-r', '--name-only', taken.tree).split('\n')).toEqual([
      '.gitignore',
      'a.txt',
      'new.txt',
    ]);
    expect(git('show', `${taken.ref}:a.txt`)).toBe('changed');
    expect(fingerprint(repository)).toBe(before);
    // What happened since can be seen against it.
    write('new.txt', 'newer\n');
    const { diff } = await diffOf(repository, { base: taken.ref });
    expect(diff).toContain('-new\n+newer\n');
    expect(diff).not.toContain('a.txt');
  });

  it('is made once for a key, and moved by another', async () => {
    const { root, git, write } = await newRepository();
    const key = keyed();
    const request = { path: root, name: 'again' };
    const first = await agent.client.gitSnapshot(request, key);
    write('a.txt', 'later\n');
    expect(await agent.client.gitSnapshot(request, key)).toEqual(first);
    const second = await agent.client.gitSnapshot(request, keyed());
    expect(second).not.toEqual(first);
    expect(second).toMatchObject({ tree: git('rev-parse', 'refs/gaffer/again') });
    await expect(agent.client.gitSnapshot({ ...request, name: 'other' }, key)).rejects.toMatchObject({
      code: 'key-reused',
    });
  });

  it('works without a commit, and refuses names that are none', async () => {
    const { root, write, git } = await newRepository({ commit: false });
    write('first', 'x');
    const taken = await agent.client.gitSnapshot({ path: root, name: 'one' }, keyed());
    expect(taken).toMatchObject({ kind: 'snapshot', tree: git('rev-parse', 'refs/gaffer/one') });
    for (const name of ['', '../heads/main', 'a..b', 'a.lock', '-x', '/a', 'a/', 'a b', 'a~1'])
      await expect(agent.client.gitSnapshot({ path: root, name }, keyed())).rejects.toMatchObject({
        code: 'bad-request',
      });
  });
});

describe('a repository around the home of the agent', () => {
  it('shows and keeps nothing of it, tracked or not', async () => {
    const around = path.dirname(agent.home);
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@x', ...args], {
        cwd: around,
        encoding: 'utf8',
      });
    git('init', '--quiet');
    try {
      writeFileSync(path.join(around, 'mine'), 'mine\n');
      writeFileSync(path.join(agent.home, 'tracked'), 'theirs\n');
      git('add', '-f', 'mine', path.join(agent.home, 'tracked'));
      git('commit', '--quiet', '-m', 'x');
      writeFileSync(path.join(around, 'mine'), 'changed\n');
      writeFileSync(path.join(agent.home, 'tracked'), 'changed\n');
      const own = path.basename(agent.home);
      const status = await agent.client.gitStatus(around, call);
      if (status.kind !== 'status') throw new Error(status.kind);
      const names = status.files.map((file) => file.path);
      expect(names).toContain('mine');
      expect(names.filter((name) => name.startsWith(`${own}/`))).toEqual([]);
      const diff = await agent.client.gitDiff({ path: around, files: ['mine', own] }, call);
      expect(diff.kind === 'diff' && diff.diff).toContain('b/mine');
      expect(diff.kind === 'diff' && diff.diff).not.toContain(`b/${own}/`);
      const taken = await agent.client.gitSnapshot({ path: around, name: 'around' }, keyed());
      if (taken.kind !== 'snapshot') throw new Error(taken.kind);
      expect(git('show', `${taken.tree}:mine`)).toBe('changed\n');
      expect(git('ls-tree', '-r', '--name-only', taken.tree, own)).toBe(`${own}/tracked\n`);
      expect(git('show', `${taken.tree}:${own}/tracked`)).toBe('theirs\n');
    } finally {
      rmSync(path.join(around, '.git'), { recursive: true, force: true });
    }
  });
});

describe('ignored names', () => {
  it('are those that git leaves out, by every file that says so', async () => {
    const { root, write, git } = await newRepository();
    write('.gitignore', 'out/\n*.log\n');
    write('out/x', '');
    write('a.log', '');
    write(':(top)b.log', '');
    write('kept.log', '');
    git('add', '-f', 'kept.log');
    write('sub/.gitignore', 'c\n');
    write('sub/c', '');
    const ignored = await agent.client.gitIgnored(root, call);
    expect(ignored.kind === 'ignored' && [...ignored.names].toSorted()).toEqual([
      ':(top)b.log',
      'a.log',
      'out',
    ]);
    expect(await agent.client.gitIgnored(path.join(root, 'sub'), call)).toEqual({
      kind: 'ignored',
      names: ['c'],
    });
    expect(await agent.client.gitIgnored(agent.dir, call)).toEqual({ kind: 'none' });
  });
});

describe('a repository that brings a configuration of its own', () => {
  it('runs none of its programs', async () => {
    const repository = await newRepository();
    const { root, git, write } = repository;
    const trap = path.join(agent.dir, `trap-${randomUUID()}`);
    const evil = (name: string) => `touch '${trap}-${name}'`;
    write('evil.sh', `#!/bin/sh\ntouch '${trap}-hook'\n`);
    execFileSync('chmod', ['+x', path.join(root, 'evil.sh')]);
    const hooks = path.join(root, 'hooks');
    for (const hook of ['reference-transaction', 'post-index-change', 'fsmonitor-watchman'])
      write(`hooks/${hook}`, `#!/bin/sh\ntouch '${trap}-${hook}'\n`);
    execFileSync('chmod', ['-R', '+x', hooks]);
    for (const [name, value] of Object.entries({
      'core.fsmonitor': path.join(root, 'evil.sh'),
      'core.hooksPath': hooks,
      'core.pager': evil('pager'),
      'core.editor': evil('editor'),
      'core.sshCommand': evil('ssh'),
      'diff.external': evil('diff'),
      'diff.evil.textconv': evil('textconv'),
      'diff.evil.command': evil('command'),
      'filter.evil.clean': `${evil('clean')}; cat`,
      'filter.evil.smudge': evil('smudge'),
      'filter.e.v.il.process': evil('process'),
      'filter.e.v.il.required': 'true',
      'protocol.ext.allow': 'always',
    }))
      git('config', name, value);
    write('.gitattributes', '*.txt diff=evil filter=evil\n*.bin filter=e.v.il\n');
    write('a.txt', 'changed\n');
    write('new.txt', 'new\n');
    write('new.bin', 'new\n');
    const files = named((await statusOf(repository)).files);
    expect(files).toMatchObject({ 'a.txt': 'same modified', 'new.bin': 'same untracked' });
    expect((await diffOf(repository)).diff).toContain('+changed');
    const taken = await agent.client.gitSnapshot({ path: root, name: 'safe' }, keyed());
    expect(taken).toMatchObject({ kind: 'snapshot', incomplete: false });
    await agent.client.gitIgnored(root, call);
    expect(readdirSync(agent.dir).filter((name) => name.startsWith(path.basename(trap)))).toEqual([]);
  });

  it('is not followed into its submodules', async () => {
    const repository = await newRepository();
    const { root, git } = repository;
    const library = await newRepository();
    git('submodule', '--quiet', 'add', library.root, 'lib');
    git('commit', '--quiet', '-m', 'lib');
    const trap = path.join(agent.dir, `trap-${randomUUID()}`);
    const lib = path.join(root, 'lib');
    execFileSync('git', ['config', 'filter.evil.clean', `touch '${trap}'; cat`], { cwd: lib });
    writeFileSync(path.join(lib, '.gitattributes'), '* filter=evil\n');
    writeFileSync(path.join(lib, 'a.txt'), 'changed\n');
    await statusOf(repository);
    await diffOf(repository);
    await agent.client.gitSnapshot({ path: root, name: 'sub' }, keyed());
    expect(existsSync(trap)).toBe(false);
  });
});
