import { describe, expect, it } from 'vitest';
import { codeBlocks, type Document, EMPTY, parseMarkdown, webLink } from './markdown.ts';

const SOURCE = `# Title

A paragraph with **bold** and \`code\`,
on two lines.

- one
- two

  still two
- three

\`\`\`ts
const a = 1;

const b = 2;
\`\`\`

| a | b |
| --- | --- |
| 1 | 2 |

> quote

1. first

2. second

Last words.`;

describe('Markdown that streams', () => {
  it('ends as it would have been parsed whole, whatever the pieces', () => {
    for (const size of [1, 3, 7, 40]) {
      let document: Document = EMPTY;
      for (let at = size; at < SOURCE.length + size; at += size) {
        document = parseMarkdown(SOURCE.slice(0, at), document);
      }
      expect(document.blocks).toEqual(parseMarkdown(SOURCE).blocks);
    }
  });

  it('keeps the identity of finished blocks', () => {
    const before = parseMarkdown('One.\n\nTwo.\n\nThr');
    const after = parseMarkdown('One.\n\nTwo.\n\nThree.', before);
    expect(after.blocks[0]).toBe(before.blocks[0]);
    expect(after.blocks[2]).toBe(before.blocks[2]);
    expect(after.blocks.at(-1)?.raw).toBe('Three.');
  });

  it('starts over when the text is another one', () => {
    const before = parseMarkdown('One.\n\nTwo.');
    expect(parseMarkdown('Other.', before).blocks).toHaveLength(1);
    expect(parseMarkdown('One.\n\nTwo.', before)).toBe(before);
  });

  it('loses no character', () => {
    const { blocks } = parseMarkdown(SOURCE);
    expect(blocks.map((b) => b.raw).join('')).toBe(SOURCE);
  });
});

describe('links', () => {
  it('opens only the web', () => {
    expect(webLink('https://example.com/a')).toBe('https://example.com/a');
    for (const href of ['javascript:alert(1)', 'file:///etc/passwd', 'data:text/html,x', '/relative', '']) {
      expect(webLink(href)).toBeNull();
    }
  });
});

describe('code', () => {
  it('is found wherever it stands, without its fence', () => {
    const text = 'Say\n\n```ts\na()\n```\n\n- then\n\n  ```\n  b()\n  ```\n\n> ```\n> c()\n> ```\n\n`d`';
    expect(codeBlocks(text)).toEqual(['a()', 'b()', 'c()']);
    expect(codeBlocks('none')).toEqual([]);
  });
});
