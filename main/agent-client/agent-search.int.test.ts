import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { FileChoiceRequest, SearchRequest } from '@shared/agent-protocol/index.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHome } from '../../agent/base/home.ts';
import { limits } from '../../agent/base/limits.ts';
import { findRipgrep } from '../../agent/files/ripgrep.ts';
import { Scanner } from '../../agent/files/scanner.ts';
import type { AgentError } from './client.ts';
import { buildAgent, isProcessAlive, startTestAgent, type TestAgent } from './test-agent.ts';

const { PATH = '' } = process.env;
const ripgrep = await findRipgrep(PATH);
const here = ripgrep === null ? ' [not here: there is no ripgrep (rg) on the PATH]' : '';
const signal = AbortSignal.timeout(300_000);
const call = { signal };

let agent: TestAgent;
let trap: string;
let sockets: net.Server;
let scanners: { readonly own: Scanner; readonly ripgrep: Scanner };
const at = (...names: readonly string[]) => path.join(agent.dir, ...names);
const put = (name: string, content: string | Buffer) => {
  fs.mkdirSync(path.dirname(at(name)), { recursive: true });
  fs.writeFileSync(at(name), content);
};
const scannerIn = (searchPath: string) =>
  new Scanner({
    agentFile: agent.agentFile,
    rules: openHome(agent.home),
    searchPath: async () => searchPath,
  });

/** What must never be answered stands outside of the tree, with the word that is looked for. */
const SECRET = 'needle of somebody else';

beforeAll(async () => {
  await buildAgent();
  agent = await startTestAgent();
  scanners = { own: scannerIn(''), ripgrep: scannerIn(PATH) };
  put('outside/secret.txt', SECRET);
  put('tree/.gitignore', '*.log\n!keep.log\n/build/\nsub/*.tmp\n');
  fs.mkdirSync(at('tree/.git'));
  put('tree/.git/config', 'needle in git');
  put('tree/a.txt', 'one\nneedle here, Needle there\nthree\nfour\n');
  put('tree/b.md', 'no newline at the end: needle');
  put('tree/crlf.txt', 'x\r\nneedle\r\ny\r\n');
  put('tree/ü/größe wörter.txt', 'eine Größe: needle 😀 needle\n');
  put('tree/latin1.txt', Buffer.from([0x6e, 0xfc, 0x20, ...Buffer.from('needle'), 0x0a]));
  put('tree/binary', Buffer.from('needle\n\0needle\n'));
  put('tree/late-binary', `needle\n${'x\n'.repeat(100_000)}\0`);
  put('tree/utf16.txt', Buffer.from('\ufeffneedle', 'utf16le'));
  put('tree/large.txt', `needle\n${'y'.repeat(limits.searchFile)}`);
  put('tree/long.txt', `${'z'.repeat(3_000)} needle ${'z'.repeat(3_000)}\n`);
  put('tree/debug.log', 'needle');
  put('tree/keep.log', 'needle');
  put('tree/build/made.txt', 'needle');
  put('tree/sub/build/not-at-the-top.txt', 'needle');
  put('tree/sub/x.tmp', 'needle');
  put('tree/sub/.gitignore', '!*.log\n');
  put('tree/sub/again.log', 'needle');
  put('tree/.hidden/x.txt', 'needle');
  put('tree/.env', 'needle');
  put('tree/inner/.git', 'gitdir: elsewhere\n');
  put('tree/inner/own.log', 'needle');
  put('tree/#odd [name]{1}.txt', 'needle');
  fs.symlinkSync(at('outside'), at('tree/link-out'));
  fs.symlinkSync(at('outside/secret.txt'), at('tree/file-link-out'));
  fs.symlinkSync(at('tree/a.txt'), at('tree/link-in'));
  fs.symlinkSync('.', at('tree/loop'));
  fs.symlinkSync(at('outside/secret.txt'), at('tree/ü/.gitignore'));
  // By itself: ripgrep waits for it wherever it comes by.
  trap = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'gaffer-trap-')));
  fs.mkdirSync(path.join(trap, '.git'));
  fs.writeFileSync(path.join(trap, 'a.txt'), 'needle');
  execFileSync('mkfifo', [at('tree/fifo'), path.join(trap, '.gitignore')]);
  sockets = net.createServer();
  await new Promise<void>((resolve) => sockets.listen(at('tree/socket'), resolve));
});
afterAll(async () => {
  sockets.close();
  fs.rmSync(trap, { recursive: true });
  await agent.close();
});

const search = (more: Partial<SearchRequest> = {}, which: keyof typeof scanners = 'own') =>
  scanners[which].search({ root: at('tree'), pattern: 'needle', ...more }, signal);
const glob = (more: Partial<FileChoiceRequest> & { ignore_case?: boolean; max_files?: number } = {}) =>
  agent.client.glob({ root: at('tree'), ...more }, call);
const paths = ({ files }: { readonly files: readonly { readonly path: string }[] }) =>
  files.map((file) => file.path).sort();
const refused = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: AgentError) => ({ status: error.status, code: error.code }),
  );

const TEXTS = [
  '#odd [name]{1}.txt',
  'a.txt',
  'b.md',
  'crlf.txt',
  'inner/own.log',
  'keep.log',
  'latin1.txt',
  'long.txt',
  'sub/again.log',
  'sub/build/not-at-the-top.txt',
  'ü/größe wörter.txt',
];

describe('a search', () => {
  it('finds lines in the texts of a repository that are not ignored, and nothing else', async () => {
    const answer = await search();
    expect(paths(answer)).toEqual(TEXTS);
    expect(answer.cut).toBeNull();
    expect(answer.files.find((file) => file.path === 'a.txt')?.lines).toEqual([
      { number: 2, matches: true, text: 'needle here, Needle there', from: 0, ranges: [[0, 6]] },
    ]);
    expect(JSON.stringify(answer)).not.toContain(SECRET);
  });

  it('says where in a line, in characters of any width and in a line of any length', async () => {
    const { files } = await search({ include: ['ü', 'long.txt', 'latin1.txt'] });
    for (const { lines } of files) {
      for (const { text, ranges } of lines) {
        expect(ranges.length).toBeGreaterThan(0);
        for (const [start, end] of ranges) expect(text.slice(start, end)).toBe('needle');
      }
    }
    const long = files.find((file) => file.path === 'long.txt')?.lines[0];
    expect(long?.text.length).toBe(limits.searchLine);
    expect(long?.from).toBeGreaterThan(2_000);
  });

  it('takes hidden files, ignored ones, and chosen ones', async () => {
    expect(paths(await search({ hidden: true }))).toEqual(['.env', '.hidden/x.txt', ...TEXTS].sort());
    expect(paths(await search({ ignored: true }))).toEqual(
      [...TEXTS, 'build/made.txt', 'debug.log', 'sub/x.tmp'].sort(),
    );
    expect(paths(await search({ include: ['*.{md,log}'] }))).toEqual(
      TEXTS.filter((one) => /md$|log$/.test(one)),
    );
    expect(paths(await search({ include: ['sub'], exclude: ['again.*'] }))).toEqual([
      'sub/build/not-at-the-top.txt',
    ]);
  });

  it.each([
    ['matches', { max_matches: 3 }],
    ['files', { max_files: 3 }],
    ['bytes', { max_bytes: 300 }],
  ] as const)('says that it was cut by the limit of %s', async (cut, limit) => {
    const answer = await search(limit);
    expect(answer.cut).toBe(cut);
    expect(answer.files.length).toBeGreaterThan(0);
    expect(answer.files.length).toBeLessThan(TEXTS.length);
  });

  it('ends a pattern that would take for ever, with what it had found', async () => {
    put('slow/a.txt', 'aa b\n');
    put('slow/b.txt', `${'a'.repeat(80)}!\n`);
    const slow = { root: at('slow'), pattern: '(a+)+( b|$)', regex: true, max_ms: 1_000 };
    expect(await search(slow)).toMatchObject({ cut: 'time', files: [{ path: 'a.txt' }] });
  });

  it('does not wait for a FIFO that stands where the ignored names should', async () => {
    expect(paths(await search({ root: trap }))).toEqual(['a.txt']);
  });

  it('refuses what is no directory, no pattern, no glob, or nobody’s business', async () => {
    const bad = (more: Partial<SearchRequest>) =>
      refused(agent.client.search({ root: at('tree'), pattern: 'x', ...more }, call));
    const badRequest = { status: 400, code: 'bad-request' };
    expect(await bad({ root: 'tree' })).toEqual(badRequest);
    expect(await bad({ root: '' })).toEqual(badRequest);
    expect(await bad({ root: at('none') })).toEqual({ status: 404, code: 'not-found' });
    expect(await bad({ root: at('tree/a.txt') })).toEqual({ status: 400, code: 'not-a-directory' });
    expect(await bad({ root: at('tree/fifo') })).toEqual({ status: 400, code: 'not-a-directory' });
    expect(await bad({ pattern: '' })).toEqual(badRequest);
    expect(await bad({ pattern: '(', regex: true })).toEqual(badRequest);
    expect(await bad({ include: ['[a'] })).toEqual(badRequest);
    expect(await bad({ exclude: ['{a'] })).toEqual(badRequest);
    const system = process.platform === 'linux' ? ['/proc', '/sys', '/dev'] : [];
    for (const root of [...system, agent.home, path.join(agent.home, 'run')])
      expect((await bad({ root }))?.status).toBe(403);
  });

  it('never reads the files of the agent, where they lie and under another name', async () => {
    const { token } = agent.local.address;
    const base = path.dirname(agent.home);
    const [address = ''] = fs
      .readdirSync(path.join(agent.home, 'run'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.json'));
    fs.linkSync(path.join(agent.home, 'run', address), at('hard-link'));
    fs.copyFileSync(path.join(agent.home, 'run', address), at('copy'));
    for (const which of ['own', 'ripgrep'] as const) {
      const answer = await search({ root: base, pattern: token, hidden: true, ignored: true }, which);
      expect(paths(answer)).toEqual(['work/copy']);
    }
    const { files } = await agent.client.search({ root: agent.dir, pattern: '"token"' }, call);
    expect(files.map((file) => file.path)).toEqual(['copy']);
    expect(JSON.stringify(files)).not.toContain(token);
    const listed = await agent.client.glob({ root: base, hidden: true, ignored: true }, call);
    expect(paths(listed).filter((name) => name.startsWith('home/'))).toEqual([]);
  });
});

describe.skipIf(ripgrep === null)(`with ripgrep${here}`, () => {
  const requests: readonly Partial<SearchRequest>[] = [
    {},
    { ignore_case: true },
    { hidden: true },
    { ignored: true },
    { hidden: true, ignored: true, context: 2 },
    { include: ['*.txt'] },
    { exclude: ['sub/', '*.md'] },
    { include: ['{a,b}.*', 'ü/**'], exclude: ['*.md'] },
    { pattern: 'n[e]{2}dl\\w', regex: true },
    { pattern: '^needle$', regex: true },
    { pattern: '(?i)NEEDLE\\b', regex: true },
    { pattern: '\\p{Lu}r\\w+ße: .* 😀', regex: true },
    { pattern: 'x*', regex: true },
    { pattern: '[^\\s]+ here', regex: true },
    { pattern: 'needle\\W+Needle', regex: true },
    { pattern: 'nowhere to be found' },
    { pattern: '--files' },
    { root: '..' },
  ];

  it.each(requests)('answers %j as it does without', async (request) => {
    const root = at(request.root === '..' ? '.' : 'tree');
    const [own, other] = await Promise.all([
      search({ ...request, root }),
      search({ ...request, root }, 'ripgrep'),
    ]);
    expect(other).toEqual(own);
  });

  it.each(['matches', 'files', 'bytes'] as const)('is cut by %s at the same place', async (what) => {
    const limit = { [`max_${what}`]: what === 'bytes' ? 400 : 4 };
    expect(await search(limit, 'ripgrep')).toEqual(await search(limit));
  });

  it('that waits for a FIFO is ended, and the rest of the time is for our own search', async () => {
    const { files, cut } = await search({ root: trap, max_ms: 5_000 }, 'ripgrep');
    // A machine that is very busy may need more than the rest.
    expect(cut === 'time' || paths({ files }).join() === 'a.txt').toBe(true);
  });
});

describe('whatever calls itself ripgrep', () => {
  it('is done without when it cannot do it', async () => {
    const bin = at('bin-broken');
    put('bin-broken/rg', '#!/bin/sh\nexit 2\n');
    fs.chmodSync(path.join(bin, 'rg'), 0o755);
    const answer = await scannerIn(bin).search({ root: at('tree'), pattern: 'needle' }, signal);
    expect(paths(answer)).toEqual(TEXTS);
  });

  it.each(['abort', 'time'] as const)('and hangs is ended by %s, and is gone then', async (how) => {
    const bin = at(`bin-${how}`);
    const pidFile = at(`pid-${how}`);
    const script = `case "$*" in */dev/null) exit 1;; esac; echo $$ >'${pidFile}.new'; mv '${pidFile}.new' '${pidFile}'; exec sleep 300`;
    put(`bin-${how}/rg`, `#!/bin/sh\nPATH='${PATH}'; ${script}\n`);
    fs.chmodSync(path.join(bin, 'rg'), 0o755);
    const stop = new AbortController();
    const asked = scannerIn(bin).search(
      { root: at('tree'), pattern: 'needle', ...(how === 'time' ? { max_ms: 6_000 } : {}) },
      stop.signal,
    );
    await expect.poll(() => fs.existsSync(pidFile), { timeout: 60_000 }).toBe(true);
    const pid = Number(fs.readFileSync(pidFile, 'utf8'));
    expect(isProcessAlive(pid)).toBe(true);
    if (how === 'abort') stop.abort();
    const { files, cut } = await asked;
    expect(cut === 'time' || (how === 'time' && files.length === TEXTS.length)).toBe(true);
    expect(isProcessAlive(pid)).toBe(false);
  });
});

describe('a client that leaves', () => {
  it.skipIf(process.platform !== 'linux')('ends its search on the agent', async () => {
    const { pid } = agent.local.address;
    const threads = () => new Set(fs.readdirSync(`/proc/${pid}/task`));
    // The threads that Node itself keeps are there after this. One that a search leaves behind may still be going.
    await search({ root: at('tree') });
    await agent.client.search({ root: at('tree'), pattern: 'x' }, call);
    const before = threads();
    const added = () => [...threads()].filter((thread) => !before.has(thread));
    const stop = new AbortController();
    // Its second line is there for ripgrep, which is done with the first one at once.
    put('endless/a.txt', `${'a'.repeat(80)}!\na\n`);
    const endless = { root: at('endless'), pattern: '(a+)+$', regex: true };
    const asked = agent.client.search(endless, { signal: stop.signal }).catch(() => 'left');
    await expect.poll(added, { timeout: 60_000 }).not.toEqual([]);
    stop.abort();
    expect(await asked).toBe('left');
    await expect.poll(added, { timeout: 60_000 }).toEqual([]);
  });
});

describe('a glob', () => {
  it('lists the chosen files, the newest first', async () => {
    for (const [index, name] of ['tree/a.txt', 'tree/b.md', 'tree/crlf.txt'].entries())
      fs.utimesSync(at(name), 2_000_000_000 - index, 2_000_000_000 - index);
    const { files, cut } = await glob();
    expect(files.slice(0, 3)).toEqual([
      { path: 'a.txt', size: 41, modified_ms: 2_000_000_000_000 },
      { path: 'b.md', size: 29, modified_ms: 1_999_999_999_000 },
      { path: 'crlf.txt', size: 14, modified_ms: 1_999_999_998_000 },
    ]);
    expect(cut).toBeNull();
    const others = ['binary', 'large.txt', 'late-binary', 'utf16.txt'];
    expect(paths({ files })).toEqual([...TEXTS, ...others].sort());
    expect(await glob({ max_files: 2 })).toEqual({ files: files.slice(0, 2), cut: 'files' });
  });

  it('minds the case only when it should', async () => {
    expect(paths(await glob({ include: ['A.TXT'] }))).toEqual([]);
    expect(paths(await glob({ include: ['A.TXT'], ignore_case: true }))).toEqual(['a.txt']);
    expect(paths(await glob({ include: ['GRÖSSE*'], ignore_case: true }))).toEqual([]);
    expect(paths(await glob({ include: ['GRÖßE*'], ignore_case: true }))).toEqual(['ü/größe wörter.txt']);
  });

  it('comes to an end in a tree that changes under it', async () => {
    const file = at('tree/changing');
    await agent.client.writeFile(file, 'x', { ...call, key: randomUUID() });
    fs.rmSync(file);
    expect(paths(await glob({ include: ['changing'] }))).toEqual([]);
  });
});
