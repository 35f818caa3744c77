import { describe, expect, it } from 'vitest';
import { formatInstructions, sanitizeInstructions } from './instructions.ts';

const file = (source: string, content: string, truncated = false) => ({ source, content, truncated });

describe('instructions', () => {
  it('#205 #209 says the machine first, then home, then project', () => {
    expect(
      formatInstructions({ os: 'linux', directory: '/p' }, [
        file('/h/AGENTS.md', 'home'),
        file('/p/AGENTS.md', 'project'),
      ]),
    ).toBe(
      '<system-instructions>\nOperating System: linux\nWorking Directory: /p\n\nSource: /h/AGENTS.md\nhome\n\nSource: /p/AGENTS.md\nproject\n</system-instructions>',
    );
  });

  it('#206 #207 #210 leaves out what is not there', () => {
    const nowhere = { os: null, directory: null };
    expect(formatInstructions(nowhere, [])).toBeNull();
    expect(formatInstructions(nowhere, [file('/p/AGENTS.md', '')])).toBeNull();
    expect(formatInstructions({ os: 'linux', directory: '/p' }, [])).toBe(
      '<system-instructions>\nOperating System: linux\nWorking Directory: /p\n</system-instructions>',
    );
    expect(formatInstructions(nowhere, [file('/a', 'x')])).toBe(
      '<system-instructions>\nSource: /a\nx\n</system-instructions>',
    );
  });

  it('#208 says that a file was cut', () => {
    expect(formatInstructions({ os: null, directory: null }, [file('/a', 'x', true)])).toContain(
      '/a (truncated to 64KiB)',
    );
  });

  it('#201 removes comments, carriage returns and invisible characters', () => {
    expect(sanitizeInstructions('a\r\nb<!-- x\ny -->c\u200b\u0000 \n')).toBe('a\nbc');
  });
});
