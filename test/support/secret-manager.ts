import { openSecretManagerClusterKeys } from '../../src/store/vault/secret-manager-cluster-keys.ts';
import type { ClusterKeys } from '../../src/store/vault/vault.ts';
import { type GoogleApi, Refusal, startGoogleApi } from './google-api.ts';

/**
 * Secret Manager's secrets and their versions, in memory.
 * https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets, as of 2026-12-01
 */
export class SecretManager {
  /** Payloads of versions in base64, by full name of the secret. */
  readonly secrets = new Map<string, string[]>();
  /** Thrown by the next calls, in order. */
  readonly refusals: Refusal[] = [];
  #api: GoogleApi | undefined;

  static async start(): Promise<SecretManager> {
    const manager = new SecretManager();
    manager.#api = await startGoogleApi((method, path, body, request) => {
      const refusal = manager.refusals.shift();
      if (refusal) throw refusal;
      const id = new URL(request.url ?? '', 'http://host').searchParams.get('secretId');
      return manager.#answer(method, path.replace('/v1/', ''), id, body);
    });
    return manager;
  }

  openClusterKeys(project = 'p'): ClusterKeys {
    const getRequestHeaders = async () => new Headers({ authorization: 'Bearer local' });
    return openSecretManagerClusterKeys({
      project,
      getRequestHeaders,
      endpoint: this.#api?.url,
      requestTimeoutMs: 2_000,
    });
  }

  async stop(): Promise<void> {
    await this.#api?.stop();
  }

  #answer(method: string, path: string, id: string | null, body: Record<string, unknown>): object {
    if (method === 'POST' && id !== null) {
      if (!/^[A-Za-z0-9_-]{1,255}$/.test(id)) throw new Refusal(400, 'INVALID_ARGUMENT', 'invalid secret id');
      const name = `${path}/${id}`;
      if (this.secrets.has(name)) throw new Refusal(409, 'ALREADY_EXISTS', `Secret [${name}] already exists.`);
      this.secrets.set(name, []);
      return { name };
    }
    const [, name = '', version, verb] =
      /^(projects\/[^/]+\/secrets\/[^/:]+)(?:\/versions\/(\d+))?(?::(\w+))?$/.exec(path) ?? [];
    const versions = this.secrets.get(name);
    if (!versions) throw new Refusal(404, 'NOT_FOUND', `Secret [${name}] not found.`);
    if (method === 'POST' && verb === 'addVersion') {
      versions.push((body.payload as { data: string }).data);
      return { name: `${name}/versions/${versions.length}`, state: 'ENABLED' };
    }
    if (method === 'GET' && verb === 'access') {
      const data = versions[Number(version) - 1];
      if (data === undefined) throw new Refusal(404, 'NOT_FOUND', `Secret Version [${path}] not found.`);
      return { name: `${name}/versions/${version}`, payload: { data } };
    }
    if (method === 'DELETE') this.secrets.delete(name);
    return method === 'DELETE' ? {} : { name };
  }
}
