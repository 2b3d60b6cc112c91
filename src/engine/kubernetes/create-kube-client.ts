import { Agent, request as httpsRequest } from 'node:https';
import { KthwError } from '../cluster/errors.ts';
import { createApiError } from './create-api-error.ts';
import type { KubeApi, KubeClient, KubeConnectOptions, KubeResponse } from './kube-client.ts';

const port = 6443;
const timeoutMs = 10_000;
/** DNS name in every API server certificate, independent of the address. */
const servername = 'kubernetes';

/** Creates a Kubernetes API client on node:https with client certificates. */
export function createKubeClient(): KubeClient {
  // One connection pool per API server and client certificate.
  const apis = new Map<string, KubeApi>();
  return {
    connect(options) {
      const key = `${options.address} ${options.certificate}`;
      const api = apis.get(key) ?? createKubeApi(options);
      apis.set(key, api);
      return api;
    },
  };
}

function createKubeApi(options: KubeConnectOptions): KubeApi {
  const agent = new Agent({ keepAlive: true, maxSockets: 4, timeout: timeoutMs });
  function request(
    method: string,
    path: string,
    signal: AbortSignal,
    body?: unknown,
    type = 'application/json',
  ): Promise<KubeResponse> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const rejectUnreachable = (cause: unknown) =>
        reject(
          new KthwError(
            'api-unreachable',
            { address: options.address },
            { cause, detail: (cause as { code?: string }).code },
          ),
        );
      const req = httpsRequest(
        {
          host: options.address,
          port,
          path,
          method,
          agent,
          servername,
          signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
          ca: options.caCertificate,
          cert: options.certificate,
          key: options.key.reveal(),
          headers: payload === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(payload) },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', rejectUnreachable);
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, body: parseBody(Buffer.concat(chunks)) }),
          );
        },
      );
      req.on('error', rejectUnreachable);
      req.end(payload);
    });
  }
  return {
    request: (method, path, signal, body) => request(method, path, signal, body),
    async apply(path, object, signal) {
      // Server-side apply accepts only this content type; JSON is valid YAML.
      const query = '?fieldManager=kthw&force=true';
      const response = await request('PATCH', path + query, signal, object, 'application/apply-patch+yaml');
      if (response.status >= 300) throw createApiError(`applying ${path}`, response);
    },
  };
}

function parseBody(bytes: Buffer): unknown {
  const text = bytes.toString();
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
