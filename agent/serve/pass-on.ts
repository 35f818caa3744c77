import http from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { AgentAddress } from '@shared/agent-protocol/index.ts';
import type { Request } from './request.ts';
import type { Reply } from './routes.ts';

/** Another agent of this home and host answers it, with its own words. Throws when it does not answer. */
export function passOn(
  { method, path, query, body, signal }: Request,
  { socket, token }: AgentAddress,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const passed = http.request({
      socketPath: socket,
      agent: false,
      method,
      path: query.size === 0 ? path : `${path}?${query.toString()}`,
      headers: { authorization: `Bearer ${token}`, 'content-length': body.length },
      signal,
    });
    passed.once('error', reject);
    passed.once('response', (response) => {
      const status = response.statusCode ?? 502;
      buffer(response).then(
        (answer) => resolve({ status, body: answer, type: 'application/json' }),
        reject,
      );
    });
    passed.end(body);
  });
}
