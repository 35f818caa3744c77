import type { Part } from '@shared/model/part.ts';
import { never } from '@shared/util/never.ts';
import { describeCall, resultText } from './describe-call.ts';
import { factsOf, type Piece, piecesOf, timeWords } from './document.ts';
import type { ExportSource } from './export-source.ts';

/** A document of everything needs no whole log; the JSON export has it. */
const MAX_RESULT = 20_000;

export async function* writeMarkdown(source: ExportSource): AsyncGenerator<string> {
  let isFirst = true;
  for await (const piece of piecesOf(source)) {
    yield `${isFirst ? '' : '\n'}${markdownOf(piece)}\n`;
    isFirst = false;
  }
}

function markdownOf(piece: Piece): string {
  switch (piece.kind) {
    case 'chat': {
      const { chat, parent } = piece;
      const started = parent ? `Started by “${oneLine(parent.title)}” · ` : '';
      return `${parent ? '##' : '#'} ${oneLine(chat.title)}\n\n_${started}${oneLine(factsOf(chat))} · ${timeWords(chat.created_at)}_`;
    }
    case 'words': {
      const said = piece.parts.map(partOf).join('\n\n');
      const stopped = piece.interrupted ? '\n\n_Stopped here._' : '';
      return `**${piece.who}** · ${timeWords(piece.at)}\n\n${said}${stopped}`;
    }
    case 'thought':
      return piece.text
        .trim()
        .split('\n')
        .map((line) => `> ${line}`)
        .join('\n');
    case 'call': {
      const { verb, object, how } = describeCall(piece.call, piece.result);
      const head = [`**${verb}**${object === '' ? '' : ` ${code(object)}`}`, how]
        .filter(Boolean)
        .join(' · ');
      const text = piece.result ? resultText(piece.result) : '';
      return text === '' ? head : `${head}\n\n${fenced(text)}`;
    }
    case 'cut':
      return piece.summary === ''
        ? `---\n\n_${piece.words}_`
        : `---\n\n_${piece.words}_\n\n${piece.summary}`;
    default:
      return never(piece);
  }
}

function partOf(part: Part): string {
  switch (part.type) {
    case 'text':
      return part.text;
    case 'source':
      return `Source: <${part.url.replaceAll(/[<>\s]/g, '')}>`;
    case 'file':
      return `_File: ${oneLine(part.name ?? part.media_type)}_`;
    case 'file-reference':
      return `${code(`${part.file_name}:${part.start_line}-${part.end_line}`)}\n\n${fenced(part.content)}`;
    case 'reasoning':
    case 'tool-call':
    case 'tool-result':
      return '';
    default:
      return never(part);
  }
}

function oneLine(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/([\\`*_<>[\]#])/g, '\\$1')
    .trim();
}

/** More backticks than are inside. */
function fenced(text: string): string {
  const cut =
    text.length > MAX_RESULT
      ? `${text.slice(0, MAX_RESULT)}\n… ${text.length - MAX_RESULT} more characters`
      : text;
  const fence = '`'.repeat(Math.max(3, longestRun(cut) + 1));
  return `${fence}\n${cut.replace(/\n$/, '')}\n${fence}`;
}

function code(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  const ticks = '`'.repeat(longestRun(line) + 1);
  return ticks.length > 1 ? `${ticks} ${line} ${ticks}` : `\`${line}\``;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
