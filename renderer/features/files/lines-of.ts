/** More of one line than anybody reads; a file of one long line must not stop the window. */
export const MOST_CHARACTERS = 5_000;
const TAB_COLUMNS = 4;
/** For the word that there is more of a line. */
const NOTE_COLUMNS = 16;

/** The end of the last line is no line of its own. */
export function linesOf(text: string): readonly string[] {
  const lines = text.split(/\r\n|\n|\r/);
  return lines.length > 1 && lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

/** How many columns the widest line takes: only a few lines are in the page, so nothing else knows. */
export function widest(lines: readonly string[]): number {
  return lines.reduce(
    (most, line) => (line.length * TAB_COLUMNS > most ? Math.max(most, columnsOf(line)) : most),
    0,
  );
}

/** Letters of East Asia and pictures take two, and no letter takes more. */
function columnsOf(line: string): number {
  let columns = 0;
  for (let at = 0; at < line.length && at < MOST_CHARACTERS; at++) {
    const code = line.charCodeAt(at);
    if (code === 0x09) columns += TAB_COLUMNS - (columns % TAB_COLUMNS);
    else columns += code >= 0x1100 ? 2 : 1;
  }
  return columns + (line.length > MOST_CHARACTERS ? NOTE_COLUMNS : 0);
}
