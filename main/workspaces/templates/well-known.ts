/**
 * Parameters with these names go to git and to the file system, whatever the template: `repository`, `branch`, `base`,
 * `directory`. Null: it can be used; otherwise the end of a sentence.
 */
export function checkWellKnown(name: string, value: string): string | null {
  switch (name) {
    case 'repository':
      return repositoryProblem(value);
    case 'branch':
      return branchProblem(value);
    case 'base':
      return baseProblem(value);
    case 'directory':
      return directoryProblem(value);
    default:
      return null;
  }
}

/** https, ssh, `user@host:path` or a path: nothing that starts a program or an option. */
function repositoryProblem(value: string): string | null {
  if (value.startsWith('-')) return 'must not begin with a dash';
  if (/^(?:\/|~\/)/.test(value)) return directoryProblem(value);
  if (value.includes('::')) return 'must not name a transport helper';
  const url = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(value);
  if (url) {
    if (!['https', 'ssh'].includes((url[1] ?? '').toLowerCase())) {
      return 'must be an https or ssh URL, user@host:path or an absolute path';
    }
    // git hands user and host to ssh as an argument.
    return /^(?:[^@/]*@)?-/.test(url[2] ?? '') || !/^[^/\s]+\/\S/.test(url[2] ?? '')
      ? 'must name a host and a path'
      : null;
  }
  return /^(?:[A-Za-z0-9_][A-Za-z0-9._-]*@)?[A-Za-z0-9][A-Za-z0-9.-]*:(?![-:])\S/.test(value)
    ? null
    : 'must be an https or ssh URL, user@host:path or an absolute path';
}

/** The rules of git check-ref-format, and no dash in front. */
function branchProblem(value: string): string | null {
  const bad =
    value.length > 200 ||
    value === '@' ||
    value === 'HEAD' ||
    /^[-/.]|[/.]$|\.lock(?:\/|$)|\/[/.]|\.\.|@\{|[\s~^:?*[\\\x7f]/u.test(value);
  return bad ? 'is no name that a branch can have' : null;
}

/** A branch, a tag or a commit, also `HEAD` and `main~2`. */
function baseProblem(value: string): string | null {
  return /^[A-Za-z0-9_@][^\s:?*[\\]*$/u.test(value) && !value.includes('..') && value.length <= 200
    ? null
    : 'is no name of a commit';
}

function directoryProblem(value: string): string | null {
  const fits =
    /^(?:~?\/)[^/]/.test(value) &&
    !/(?:^|\/)\.\.?(?:\/|$)/.test(value) &&
    Buffer.byteLength(value) <= 1_000;
  return fits ? null : 'must be an absolute path or begin with ~/, without . and ..';
}
