import { type DemoAnswer, final } from './commands.ts';
import { ended, toolOutput, withoutLineNumbers } from './tool-output.ts';
import { type DemoTurn, demoPath } from './turn.ts';

const sourceFile =
  /\.(ts|tsx|js|mjs|cjs|jsx|py|go|rs|java|kt|rb|php|c|h|cc|cpp|cs|swift|sh|sql|css|html|json|toml|yaml|yml|txt|md)$/i;

/** README first, then the first source file by name; null when there is nothing to read. */
export function fileToRead(names: readonly string[]): string | null {
  const files = names.filter((name) => !name.endsWith('/'));
  return (
    files.find((name) => /^readme(\.|$)/i.test(name)) ?? files.find((name) => sourceFile.test(name)) ?? null
  );
}

function quote(text: string, max: number): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= max ? line : `${line.slice(0, max - 1).trimEnd()}…`;
}

/** The first line with words in it, without the marks of headings and comments. */
function firstWords(lines: readonly string[]): string {
  for (const line of lines) {
    const words = line.replace(/^[\s#/*<!-]+/, '').trim();
    if (/[\p{L}\p{N}]{2}/u.test(words)) return quote(words, 80);
  }
  return '';
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'The folder is empty';
  const some = names.slice(0, 6).join(', ');
  const more = names.length > 6 ? ` and ${names.length - 6} more` : '';
  return `The folder has ${names.length} ${names.length === 1 ? 'entry' : 'entries'}: ${some}${more}`;
}

/** Anything that is not a command: list the folder, read one file, say in three sentences what was seen. */
export function lookAround(turn: DemoTurn): DemoAnswer {
  const [first, second] = turn.steps;
  const last = `You said “${quote(turn.said, 60)}”, and a real model would now go on from there; \`help\` lists what I can do.`;
  if (!turn.tools.has('execute') && !first) {
    return final(
      'I have no tools here.',
      `Hello. This chat has no workspace that I could look into. ${last}`,
    );
  }
  if (!first) {
    const call = { name: 'execute', args: { command: 'ls -p' } };
    return { reasoning: 'I look at what is in the folder first.', text: 'Let me look around.', call };
  }
  const folder = toolOutput(first);
  if (folder.error !== null) {
    return final(
      'The folder could not be listed.',
      `I could not list the folder: ${ended(folder.error)} I read nothing. ${last}`,
    );
  }
  const names = folder.text
    .split('\n')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const file = fileToRead(names);
  if (file === null || (!second && !turn.tools.has('read_file'))) {
    return final('There is no file to read.', `${listed(names)}. I found no text file to read. ${last}`);
  }
  if (!second) {
    const call = { name: 'read_file', args: { path: demoPath(turn, file) } };
    return { reasoning: `${file} should tell what this is about. I read it.`, text: `Now ${file}.`, call };
  }
  const content = toolOutput(second);
  if (content.error !== null) {
    return final(
      'The file could not be read.',
      `${listed(names)}. I could not read ${file}: ${ended(content.error)} ${last}`,
    );
  }
  const lines = withoutLineNumbers(content.text);
  const words = firstWords(lines);
  const begin = words === '' ? 'is empty' : `begins with “${words}”`;
  const seen = `I read ${file}, which has ${content.lines ?? lines.length} lines and ${begin}.`;
  return final('I have seen enough to answer.', `${listed(names)}. ${seen} ${last}`);
}
