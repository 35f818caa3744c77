import { describe, expect, it } from 'vitest';
import { holds, marksOf } from './marks.ts';
import { MOST_TEXT, partText } from './part-text.ts';
import { readQuery, refusalOf } from './query.ts';
import { snippetOf } from './snippet.ts';
import { wordsOf } from './words.ts';

const NOW = new Date(2026, 5, 15, 12);
const words = (text: string) => [...wordsOf(text)].map((word) => `${word.text}@${word.at}`);
const terms = (text: string) => readQuery(text, NOW).terms;
const marked = (text: string, query: string) =>
  marksOf(text, terms(query)).map(({ from, to }) => text.slice(from, to));

describe('words', () => {
  it('are runs of letters and digits, in lower case and without accents', () => {
    expect(words('The Café, v1.2: naïve')).toEqual(['the@1', 'cafe@2', 'v1@3', '2@4', 'naive@5']);
    expect(words('')).toEqual([]);
    expect(words('— … ()')).toEqual([]);
  });

  it('have the parts of a program’s name at their own place', () => {
    expect(words('releaseHold')).toEqual(['releasehold@1', 'release@1', 'hold@1']);
    expect(words('HTTPServer2 x')).toEqual(['httpserver2@1', 'http@1', 'server@1', '2@1', 'x@2']);
    expect(words('exit_code src/a.ts')).toEqual(['exit@1', 'code@2', 'src@3', 'a@4', 'ts@5']);
  });

  it('are characters where nothing stands between words', () => {
    expect(words('検索する')).toEqual(['検@1', '索@2', 'す@3', 'る@4']);
    expect(words('release検索')).toEqual(['release@1', '検@2', '索@3']);
    expect(words('검색 엔진')).toEqual(['검색@1', '엔진@2']);
  });

  it('are never longer than 64 characters, and a long stretch of base64 is one', () => {
    const blob = 'aB3+/'.repeat(100);
    const found = [...wordsOf(`a ${blob} b`)];
    expect(found.map((word) => word.at)).toEqual([1, 2, 3]);
    expect(found[1]?.text.length).toBeLessThanOrEqual(64);
    for (const word of wordsOf('\ufdfa'.repeat(60))) expect(word.text.length).toBeLessThanOrEqual(64);
  });

  it('say which part of the text they are, whatever that is made of', () => {
    const text = 'e\u0301te\u0301 👍 ﬁx ½';
    for (const { from, to } of wordsOf(text)) expect(text.slice(from, to).trim()).not.toBe('');
    expect(words(text)).toEqual(['ete@1', 'fix@2', '12@3']);
  });
});

describe('a query', () => {
  it('is words, phrases, and what must not stand there', () => {
    expect(terms('hold "was released" -draft -"not this" src/x.ts')).toEqual([
      { words: ['hold'], exact: false, not: false },
      { words: ['was', 'released'], exact: true, not: false },
      { words: ['draft'], exact: false, not: true },
      { words: ['not', 'this'], exact: true, not: true },
      { words: ['src', 'x', 'ts'], exact: false, not: false },
    ]);
    expect(terms('"open to the end')).toEqual([
      { words: ['open', 'to', 'the', 'end'], exact: true, not: false },
    ]);
    expect(terms('std::string https://x.dev')).toMatchObject([
      { words: ['std', 'string'] },
      { words: ['https', 'x', 'dev'] },
    ]);
  });

  it('has filters, and says where they stand', () => {
    const text = 'hold Status:Finished -workspace:"my api" model:opus is:archived';
    const { filters, pieces, problems } = readQuery(text, NOW);
    expect(filters).toEqual([
      { key: 'status', value: 'finished', not: false },
      { key: 'workspace', value: 'my api', not: true },
      { key: 'model', value: 'opus', not: false },
      { key: 'is', value: 'archived', not: false },
    ]);
    expect(pieces.map(({ from, to }) => text.slice(from, to))).toEqual([
      'Status:Finished',
      '-workspace:"my api"',
      'model:opus',
      'is:archived',
    ]);
    expect(problems).toEqual([]);
  });

  it.each([
    ['2026-03-04', new Date(2026, 2, 4)],
    ['2026-03', new Date(2026, 2, 1)],
    ['2026', new Date(2026, 0, 1)],
    ['today', new Date(2026, 5, 15)],
    ['yesterday', new Date(2026, 5, 14)],
    ['2w', new Date(2026, 5, 1, 12)],
    ['3h', new Date(2026, 5, 15, 9)],
    ['1m', new Date(2026, 4, 15, 12)],
  ])('knows the day %s', (value, at) => {
    expect(readQuery(`x after:${value}`, NOW).filters).toEqual([
      { key: 'after', value, at: at.toISOString() },
    ]);
  });

  it.each([
    ['x status:broken', /^“broken” is no status\. There are running, .* and error\.$/],
    ['x before:2026-06-31', /^“2026-06-31” is no day\./],
    ['x before:soon', /^“soon” is no day\./],
    ['x -after:2026', /^Write “before:”/],
    ['x is:open', /is:archived/],
    ['x status:', /^Write something behind “status:”\.$/],
    ['status:error', /^Write at least one word/],
    ['-x', /^Write at least one word/],
    ['', /^Write at least one word/],
  ])('says what is wrong with %s', (text, sentence) => {
    expect(refusalOf(readQuery(text, NOW))).toMatch(sentence);
  });

  it('takes whatever is typed', () => {
    for (const text of ['"', '-', ':', '--x', '""', 'a"b"c', `'); drop`, '\0', '\ud800', '& | ! <->'])
      expect(() => readQuery(text, NOW)).not.toThrow();
  });
});

describe('marks', () => {
  it('are on longer forms, on phrases, on parts of names; not on what is denied', () => {
    expect(marked('releases the hold, RELEASE it', 'hold release')).toEqual([
      'releases',
      'hold',
      'RELEASE',
    ]);
    expect(marked('releaseHold()', 'release')).toEqual(['release']);
    expect(marked('released release', '"release"')).toEqual(['release']);
    expect(marked('in src/checkout/hold.ts', 'src/checkout')).toEqual(['src/checkout']);
    expect(marked('was it released', '"was released"')).toEqual([]);
    expect(marked('to be to', 'to')).toEqual(['to', 'to']);
    expect(marked('a draft', '-draft')).toEqual([]);
    expect(marked('全文検索エンジン', '検索')).toEqual(['検索']);
  });
});

describe('a title', () => {
  it.each([
    ['hold release', true],
    ['checkout', true],
    ['check', true],
    ['"check"', false],
    ['"checkout holds"', true],
    ['"holds checkout"', false],
    ['checkout -holds', false],
    ['checkout -draft', true],
    ['holds hold', true],
    ['checkout missing', false],
    ['cafe', true],
  ])('holds %s: %s', (query, whether) => {
    expect(holds('Release of checkout holds in the Café', terms(query))).toBe(whether);
  });
});

describe('a snippet', () => {
  const shown = (text: string, query: string) => {
    const { text: line, marks } = snippetOf(text, terms(query), { length: 60 });
    return { line, marks: marks.map(({ from, to }) => line.slice(from, to)) };
  };

  it('is one line around the stretch in which the most of the words stand', () => {
    const far = `hold ${'nothing '.repeat(40)}and\n\n\tthen hold\r\nreleased ${'more '.repeat(40)}`;
    const { line, marks } = shown(far, 'hold release');
    expect(marks).toEqual(['hold', 'released']);
    expect(line).toMatch(/^…nothing .*and then hold released more .*…$/);
    expect(line).not.toMatch(/\s{2}|[\n\t]/);
  });

  it('is the whole text where that is short, and its beginning where nothing is marked', () => {
    expect(shown('  two  words ', 'words')).toEqual({ line: 'two words', marks: ['words'] });
    expect(shown('nothing of it', 'else')).toEqual({ line: 'nothing of it', marks: [] });
    expect(shown('x'.repeat(500), 'else').line.length).toBeLessThanOrEqual(62);
  });

  it('has no signs of Markdown, and its marks stand where the words do', () => {
    const read = (text: string, query: string) => {
      const { text: line, marks } = snippetOf(text, terms(query), { isMarkdown: true });
      return { line, marks: marks.map(({ from, to }) => line.slice(from, to)) };
    };
    expect(read('## The **hold** was\n> kept in `hold.ts`', 'hold')).toEqual({
      line: 'The hold was kept in hold.ts',
      marks: ['hold', 'hold'],
    });
    expect(read('| column | what |\n|---|:-:|\n| `id` | order |', 'order')).toEqual({
      line: '…what id order',
      marks: ['order'],
    });
    expect(read('```sh\ncat a | grep -c b # all\n```', 'grep').line).toBe('sh cat a | grep -c b # all');
    expect(read(`${'far '.repeat(200)}\n| a | the hold |`, 'hold').line).toMatch(/ a the hold$/);
    // What a tool printed is shown as it is.
    expect(snippetOf('a ** b | c', terms('b')).text).toBe('a ** b | c');
  });
});

describe('what can be found of a part', () => {
  it('is its words, and of tools what they were asked and answered', () => {
    expect(partText('user', { type: 'text', text: 'Hello' })).toEqual({ kind: 'you', text: 'Hello' });
    const call = { tool_call_id: 'c', tool_name: 'execute' };
    expect(
      partText('assistant', { type: 'tool-call', ...call, args: { command: 'npm test', n: 3 } }),
    ).toEqual({
      kind: 'tool:execute',
      text: 'npm test\nn 3',
    });
    const result = {
      output: ['a', { b: 'c' }],
      exit_code: 1,
      wall_duration_ms: 7,
      file_size: 48,
      ok: true,
      none: null,
    };
    expect(partText('tool', { type: 'tool-result', ...call, result })?.text).toBe('a\nc\nexit_code 1');
    expect(partText('user', { type: 'file', media_type: 'image/png', name: 'shot.png' })?.text).toBe(
      'shot.png',
    );
    expect(partText('user', { type: 'file', media_type: 'image/png' })).toBeNull();
    expect(partText('assistant', { type: 'text', text: ' \n' })).toBeNull();
  });

  it('is bounded, and never what an earlier search found', () => {
    const call = { tool_call_id: 'c', result: Array.from({ length: 5_000 }, () => 'x'.repeat(100)) };
    const found = partText('tool', { type: 'tool-result', tool_name: 'execute', ...call });
    expect(found?.text.length).toBeLessThanOrEqual(MOST_TEXT);
    expect(partText('tool', { type: 'tool-result', tool_name: 'search_history', ...call })).toBeNull();
  });
});
