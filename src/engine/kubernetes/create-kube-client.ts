import { Agent, request as httpsRequest } from 'node:https';
import { KthwError } from '../workflow/errors.ts';
import type { Kube, KubeAccess, KubeAnswer, KubeApi } from './kube-client.ts';

const port = 6443;
const timeoutMs = 10_000;
/** A name that every API server's certificate has, whatever address it is reached at. */
const servername = 'kubernetes';

/** The API server over node:https with client certificates. */
export function openKube(): Kube {
  // One pool of connections an API server and client, however often a step asks for it.
  const apis = new Map<string, KubeApi>();
  return {
    at(access) {
      const key = `${access.address} ${access.certificate}`;
      const api = apis.get(key) ?? apiAt(access);
      apis.set(key, api);
      return api;
    },
  };
}

function apiAt(access: KubeAccess): KubeApi {
  const agent = new Agent({ keepAlive: true, maxSockets: 4, timeout: timeoutMs });
  function request(
    method: string,
    path: string,
    signal: AbortSignal,
    body?: unknown,
    type = 'application/json',
  ): Promise<KubeAnswer> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const unreachable = (cause: unknown) =>
        reject(
          new KthwError(
            'api-unreachable',
            { address: access.address },
            { cause, detail: (cause as { code?: string }).code },
          ),
        );
      const req = httpsRequest(
        {
          host: access.address,
          port,
          path,
          method,
          agent,
          servername,
          signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
          ca: access.authority,
          cert: access.certificate,
          key: access.key.reveal(),
          headers: payload === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(payload) },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', unreachable);
          response.on('end', () => resolve({ status: response.statusCode ?? 0, body: parsed(Buffer.concat(chunks)) }));
        },
      );
      req.on('error', unreachable);
      req.end(payload);
    });
  }
  return {
    request: (method, path, signal, body) => request(method, path, signal, body),
    async apply(path, object, signal) {
      // YAML is a superset of JSON, and this is the only content type that server-side apply takes.
      const query = '?fieldManager=kthw&force=true';
      const answer = await request('PATCH', path + query, signal, object, 'application/apply-patch+yaml');
      if (answer.status >= 300) {
        throw new KthwError(
          'api-refused',
          { doing: `applying ${path}`, status: answer.status },
          { detail: reasonOf(answer) },
        );
      }
    },
  };
}

function parsed(bytes: Buffer): unknown {
  const text = bytes.toString();
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function reasonOf({ body }: KubeAnswer): string {
  const { message } = typeof body === 'object' && body !== null ? (body as { message?: unknown }) : {};
  return typeof message === 'string' ? message.slice(0, 300) : 'no reason was given';
}
