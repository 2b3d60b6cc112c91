import type { Secret } from '../../store/vault/secret.ts';

/** Access to Kubernetes API servers. `createKubeClient` implements it; tests use a fake. */
export interface KubeClient {
  connect(options: KubeConnectOptions): KubeApi;
}

export interface KubeConnectOptions {
  /** IP address of the API server or of its load balancer. */
  readonly address: string;
  readonly caCertificate: string;
  readonly certificate: string;
  readonly key: Secret;
}

export interface KubeApi {
  /**
   * Sends a request and returns the response with any status.
   * @throws KthwError `api-unreachable` without a response
   */
  request(method: 'GET' | 'POST' | 'DELETE', path: string, signal: AbortSignal, body?: unknown): Promise<KubeResponse>;
  /**
   * Creates or updates an object by server-side apply.
   * @throws KthwError
   */
  apply(path: string, object: unknown, signal: AbortSignal): Promise<void>;
}

export interface KubeResponse {
  readonly status: number;
  /** Parsed JSON, otherwise text. */
  readonly body: unknown;
}
