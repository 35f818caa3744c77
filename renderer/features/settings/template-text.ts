/** What a new template begins with: the least that works, and what else there is. */
export function newTemplate(id: string = crypto.randomUUID()): string {
  return `id: ${id}
name: my-template
display_name: My template
description: What it makes, in one sentence.
kind: local
directory: ~/gaffer/{name}
parameters:
  - name: title
    type: string
    required: true
    display_name: Title
provision: |
  git init --quiet
  printf '# %s\\n' "$GAFFER_PARAM_TITLE" >README.md
`;
}

/** The text of another template as a new one: with an id and a name of its own. */
export function copyOf(text: string, taken: readonly string[], id: string = crypto.randomUUID()): string {
  const name = /^name: *["']?([a-z0-9-]+)/m.exec(text)?.[1] ?? 'template';
  const free = [1, 2, 3, 4, 5, 6, 7, 8, 9]
    .map((n) => (n === 1 ? `${name}-copy` : `${name}-copy-${n}`))
    .find((one) => !taken.includes(one));
  return text
    .replace(/^id:.*$/m, `id: ${id}`)
    .replace(/^name:.*$/m, `name: ${free ?? `${name}-${id.slice(0, 4)}`}`)
    .replace(/^display_name: *(.*)$/m, (_all, shown: string) => `display_name: ${withCopy(shown)}`);
}

function withCopy(shown: string): string {
  return /["']$/.test(shown) ? shown.replace(/(["'])$/, ' (copy)$1') : `${shown} (copy)`;
}

/** The line, from 1, that a problem is about: `parameters[1].type: …` is told of the second entry. Null: not known. */
export function lineOfProblem(text: string, problem: string): number | null {
  const path = /^([a-z_]+)(?:\[(\d+)\])?(?:\.([a-z_]+))?/.exec(problem);
  if (!path) return null;
  const [, field = '', index, inner] = path;
  const lines = text.split('\n');
  const top = lines.findIndex((line) => line.startsWith(`${field}:`));
  if (top < 0 || index === undefined) return top < 0 ? null : top + 1;
  const starts = lines.flatMap((line, at) => (at > top && /^\s*- /.test(line) ? at : []));
  const from = starts[Number(index)];
  if (from === undefined) return top + 1;
  const to = starts[Number(index) + 1] ?? lines.length;
  const at = lines.slice(from, to).findIndex((line) => new RegExp(`^[\\s-]*${inner ?? ''}:`).test(line));
  return (inner !== undefined && at >= 0 ? from + at : from) + 1;
}
