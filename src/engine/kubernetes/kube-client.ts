import type { Secret } from '../../store/vault/secret.ts';

/** A cluster's API server over https. `https.ts` beside this implements it; tests bring a double. */
export interface KubeClient {
  connect(options: KubeConnectOptions): KubeApi;
}

export interface KubeConnectOptions {
  /** Address of the API server or of the balancer before it. */
  readonly address: string;
  readonly caCertificate: string;
  readonly certificate: string;
  readonly key: Secret;
}

export interface KubeApi {
  /**
   * One request; answers whatever status came back.
   * @throws KthwError `api-unreachable` when nothing came back
   */
  request(method: 'GET' | 'POST' | 'DELETE', path: string, signal: AbortSignal, body?: unknown): Promise<KubeResponse>;
  /**
   * Makes an object so, whether it exists or not (server-side apply).
   * @throws KthwError
   */
  apply(path: string, object: unknown, signal: AbortSignal): Promise<void>;
}

export interface KubeResponse {
  readonly status: number;
  /** Parsed where it is JSON, else text. */
  readonly body: unknown;
}
