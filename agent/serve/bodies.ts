import type {
  EditFilesRequest,
  FileChoiceRequest,
  GlobRequest,
  SearchRequest,
  StartProcessRequest,
} from '@shared/agent-protocol/index.ts';
import { limits } from '../base/limits.ts';
import { badRequest } from '../base/refusal.ts';
import { countOf, flagOf, type Json, jsonOf, listOf, type Request, recordOf, stringOf } from './request.ts';

export function startBody(request: Request): StartProcessRequest {
  const body = jsonOf(request);
  const env = Object.entries(recordOf(body.env ?? {}, 'env')).map(
    ([name, value]) => [name, stringOf(value, `env.${name}`)] as const,
  );
  if (env.some(([name, value]) => /[=\0]/.test(name) || name === '' || value.includes('\0'))) {
    throw badRequest('env holds a name or a value that no environment can hold');
  }
  const command = stringOf(body.command, 'command');
  if (command.includes('\0')) throw badRequest('command must not contain NUL');
  const workdir =
    body.workdir === undefined || body.workdir === null ? '' : stringOf(body.workdir, 'workdir');
  return {
    command,
    workdir,
    env: Object.fromEntries(env),
    background: flagOf(body.background, 'background'),
  };
}

export function editBody(request: Request): EditFilesRequest {
  const given = listOf(jsonOf(request).files, 'files');
  if (given.length > limits.editFiles) throw badRequest(`more than ${limits.editFiles} files`);
  const files = given.map((item, at) => {
    const file = recordOf(item, `files[${at}]`);
    const edits = listOf(file.edits ?? [], `files[${at}].edits`).map((given, index) => {
      const edit = recordOf(given, `files[${at}].edits[${index}]`);
      return {
        search: stringOf(edit.search, 'search'),
        replace: stringOf(edit.replace, 'replace'),
        replace_all: flagOf(edit.replace_all, 'replace_all'),
      };
    });
    return { path: stringOf(file.path ?? '', 'path'), edits };
  });
  return { files };
}

export function signalBody(request: Request): 'SIGTERM' | 'SIGKILL' {
  const { signal } = jsonOf(request);
  if (signal === 'terminate') return 'SIGTERM';
  if (signal === 'kill') return 'SIGKILL';
  throw badRequest('signal must be "terminate" or "kill"');
}

export function searchBody(request: Request): SearchRequest {
  const body = jsonOf(request);
  return {
    ...choiceBody(body),
    pattern: stringOf(body.pattern, 'pattern'),
    regex: flagOf(body.regex, 'regex'),
    ...countOf(body, 'context'),
    ...countOf(body, 'max_matches'),
    ...countOf(body, 'max_bytes'),
  };
}

export function globBody(request: Request): GlobRequest {
  return choiceBody(jsonOf(request));
}

function choiceBody(body: Json): FileChoiceRequest & GlobRequest {
  const globs = (name: string) =>
    listOf(body[name] ?? [], name).map((glob, at) => stringOf(glob, `${name}[${at}]`));
  return {
    root: stringOf(body.root ?? '', 'root'),
    include: globs('include'),
    exclude: globs('exclude'),
    hidden: flagOf(body.hidden, 'hidden'),
    ignored: flagOf(body.ignored, 'ignored'),
    ignore_case: flagOf(body.ignore_case, 'ignore_case'),
    ...countOf(body, 'max_files'),
    ...countOf(body, 'max_ms'),
  };
}
