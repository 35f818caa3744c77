import type { ChangedFile, FileDiff } from '@shared/contract/changes.ts';

const MODES: Readonly<Record<string, string>> = {
  '100644': 'a file',
  '100755': 'executable',
  '120000': 'a link',
  '160000': 'a submodule',
};

/** What a diff cannot say in lines. */
export function diffNotes(file: ChangedFile, diff: FileDiff): readonly string[] {
  const { hunks, binary, oldMode, newMode, truncated } = diff;
  const hasReturns = hunks.some(({ lines }) =>
    lines.some((line) => line.startsWith('+') && line.endsWith('\r')),
  );
  const name = (mode: string) => MODES[mode] ?? mode;
  const isMoved = file.status === 'renamed' || file.status === 'copied';
  return [
    ...(file.status === 'unmerged' ? ['In conflict'] : []),
    ...(file.submodule ? ['Submodule'] : []),
    ...(binary ? ['Binary, not shown'] : []),
    ...(oldMode !== null && newMode !== null && oldMode !== newMode
      ? [`Was ${name(oldMode)}, is ${name(newMode)}`]
      : []),
    ...(file.status === 'added' || file.status === 'untracked' ? special(newMode) : []),
    ...(isMoved && hunks.length === 0 ? [`${file.status === 'renamed' ? 'Renamed' : 'Copied'} only`] : []),
    ...(hasReturns ? ['CRLF'] : []),
    ...(truncated ? ['Too large: only the first 4 MiB are shown'] : []),
  ];
}

function special(mode: string | null): readonly string[] {
  return mode === '100755' || mode === '120000'
    ? [MODES[mode] === 'executable' ? 'Executable' : 'Link']
    : [];
}
