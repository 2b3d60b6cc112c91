import { randomBytes } from 'node:crypto';
import { seal, unseal } from '../../src/store/vault/seal.ts';
import { type GoogleApi, Refusal, startGoogleApi } from './google-api.ts';

type State = 'ENABLED' | 'DISABLED' | 'DESTROYED' | 'DESTROY_SCHEDULED';

interface KeyVersion {
  readonly bytes: Buffer;
  state: State;
}

/**
 * Fake of Cloud KMS for symmetric encryption: keys with versions and states, and ciphertext bound to key and additional
 * data. Error statuses as in
 * https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings.cryptoKeys/decrypt
 */
export class CloudKms {
  readonly keys = new Map<string, KeyVersion[]>();
  /** Permissions denied to the caller; `disabled`: the API is disabled. */
  readonly denied = new Set<'encrypt' | 'decrypt' | 'get' | 'disabled'>();
  /** Number of next calls that return 503. */
  away = 0;
  #api: GoogleApi | undefined;

  static async start(): Promise<CloudKms> {
    const kms = new CloudKms();
    kms.#api = await startGoogleApi((method, path, body) => kms.#answer(method, path, body));
    return kms;
  }

  get url(): string {
    return this.#api?.url ?? '';
  }

  get calls(): string[] {
    return this.#api?.calls ?? [];
  }

  /** Creates a key, or a new primary version of an existing key. */
  make(name: string): void {
    const versions = this.keys.get(name) ?? [];
    this.keys.set(name, [...versions, { bytes: randomBytes(32), state: 'ENABLED' }]);
  }

  set(name: string, version: number, state: State): void {
    const found = this.keys.get(name)?.[version - 1];
    if (found) found.state = state;
  }

  async stop(): Promise<void> {
    await this.#api?.stop();
  }

  #answer(method: string, path: string, body: Record<string, unknown>): object {
    const [, name = '', , number, verb] =
      /^\/v1\/(projects\/.+?\/cryptoKeys\/[^/:]+)(\/cryptoKeyVersions\/(\d+))?(?::(\w+))?$/.exec(path) ?? [];
    if (this.away > 0) {
      this.away -= 1;
      throw new Refusal(503, 'UNAVAILABLE', 'The service is currently unavailable.');
    }
    if (this.denied.has('disabled'))
      throw denied('Cloud Key Management Service API has not been used', 'SERVICE_DISABLED');
    if (this.denied.has((verb ?? 'get') as 'get')) throw denied(`Permission denied on resource ${name}`);
    const versions = this.keys.get(name);
    if (!versions) throw new Refusal(404, 'NOT_FOUND', `CryptoKey ${name} not found.`);
    const bound = text(body.additionalAuthenticatedData).toString('latin1');
    if (method === 'POST' && verb === 'encrypt') {
      const version = usable(name, versions, versions.length);
      const sealed = Buffer.concat([Buffer.from([versions.length]), seal(version.bytes, text(body.plaintext), bound)]);
      return { name: `${name}/cryptoKeyVersions/${versions.length}`, ciphertext: sealed.toString('base64') };
    }
    if (method === 'POST' && verb === 'decrypt') {
      const sealed = text(body.ciphertext);
      const version = usable(name, versions, sealed[0] ?? 0);
      try {
        return { plaintext: Buffer.from(unseal(version.bytes, sealed.subarray(1), bound, 'it')).toString('base64') };
      } catch {
        throw new Refusal(
          400,
          'INVALID_ARGUMENT',
          'Decryption failed: verify that ‘name’ refers to the correct CryptoKey.',
        );
      }
    }
    if (method !== 'GET') throw new Refusal(404, 'NOT_FOUND', 'Not found.');
    return number === undefined
      ? { name, primary: described(name, versions, versions.length) }
      : described(name, versions, Number(number));
  }
}

function described(name: string, versions: readonly KeyVersion[], number: number): object {
  const state = versions[number - 1]?.state ?? 'DESTROYED';
  const destroyTime = state === 'DESTROY_SCHEDULED' ? { destroyTime: '2026-12-24T00:00:00Z' } : {};
  return { name: `${name}/cryptoKeyVersions/${number}`, state, ...destroyTime };
}

function usable(name: string, versions: readonly KeyVersion[], number: number): KeyVersion {
  const version = versions[number - 1];
  if (!version) throw new Refusal(400, 'INVALID_ARGUMENT', 'Decryption failed: the ciphertext is invalid.');
  if (version.state === 'ENABLED') return version;
  const message = `${name}/cryptoKeyVersions/${number} is not enabled, current state is: ${version.state}.`;
  throw new Refusal(400, 'FAILED_PRECONDITION', message);
}

function denied(message: string, reason?: string): Refusal {
  return new Refusal(403, 'PERMISSION_DENIED', message, reason);
}

function text(value: unknown): Buffer {
  return Buffer.from(String(value ?? ''), 'base64');
}
