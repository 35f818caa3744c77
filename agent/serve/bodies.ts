import type { EditFilesRequest, StartProcessRequest } from '@shared/agent-protocol/index.ts';
import { badRequest } from '../base/refusal.ts';
import { flagOf, jsonOf, listOf, type Request, recordOf, stringOf } from './request.ts';

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
  const files = listOf(jsonOf(request).files, 'files').map((item, at) => {
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
