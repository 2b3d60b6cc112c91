import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { signIn } from '../engine/gcp/compute/sign-in.ts';
import { computeBackoffDelay } from '../store/backoff-delay.ts';
import { Secret } from '../store/vault/secret.ts';
import type { SecretSource } from './secret-source.ts';

export interface SecretManagerOptions {
  /** API of an emulator, such as `http://127.0.0.1:8931`. @default Google's API */
  readonly endpoint?: string | undefined;
  /** @default 3 */
  readonly maxAttempts?: number;
}

const AccessResponse = z.object({ payload: z.object({ data: z.base64() }) });
const ErrorResponse = z.object({
  error: z.object({
    code: z.number(),
    status: z.string().optional(),
    details: z.array(z.looseObject({ reason: z.string().optional() })).optional(),
  }),
});

const requestTimeoutMs = 5_000;
const backoff = { firstDelayMs: 250, maxDelayMs: 1_000 } as const;

/**
 * Reads secrets from Google's Secret Manager by REST, one call per secret. The client library would load 120 MB before the
 * first acknowledgement. https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions/access
 */
export function createSecretManagerSource({ endpoint, maxAttempts = 3 }: SecretManagerOptions = {}): SecretSource {
  const baseUrl = endpoint ?? 'https://secretmanager.googleapis.com';
  return {
    async read(name) {
      const [, project, secret] = /^projects\/([^/]+)\/secrets\/([^/]+)\/versions\/([^/]+)$/.exec(name) ?? [];
      if (project === undefined || secret === undefined)
        throw new SecretMissing(`"${name}" is not a secret name; use projects/PROJECT/secrets/SECRET/versions/latest`);
      const auth = await signIn(
        endpoint === undefined ? undefined : 'local',
        'https://www.googleapis.com/auth/cloud-platform',
      );
      for (let attempt = 1; ; attempt++) {
        const headers = await auth.getRequestHeaders();
        const { status, body } = await sendRequest(new URL(`/v1/${name}:access`, baseUrl), headers);
        const data = status === 200 ? AccessResponse.safeParse(body).data?.payload.data : undefined;
        if (data !== undefined) return new Secret(Buffer.from(data, 'base64'));
        const isTransient = status === 0 || status === 429 || status >= 500;
        if (!isTransient || attempt >= maxAttempts)
          throw new SecretMissing(`reading ${name}: ${formatError(status, body, project, secret)}`);
        await sleep(computeBackoffDelay(backoff, attempt));
      }
    },
  };
}

/** Status 0: no response. */
async function sendRequest(url: URL, headers: Headers): Promise<{ status: number; body: unknown }> {
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(requestTimeoutMs) });
    return { status: response.status, body: await response.json().catch(() => undefined) };
  } catch {
    return { status: 0, body: undefined };
  }
}

function formatError(status: number, body: unknown, project: string, secret: string): string {
  const { error } = ErrorResponse.safeParse(body).data ?? {};
  if (error?.details?.some(({ reason }) => reason === 'SERVICE_DISABLED'))
    return `the Secret Manager API is disabled; run \`gcloud services enable secretmanager.googleapis.com --project ${project}\``;
  switch (status) {
    case 0:
      return 'no response; restart kthw';
    case 401:
    case 403:
      return `permission denied; run \`npm run deploy\`, or grant roles/secretmanager.secretAccessor on ${secret} to the service account`;
    case 404:
      return `secret not found; run \`npm run deploy\`, or \`gcloud secrets versions add ${secret} --data-file=- --project ${project}\``;
    case 400:
      return `the version is disabled or destroyed; add one with \`gcloud secrets versions add ${secret} --data-file=- --project ${project}\` and refer to it or to \`latest\``;
    default:
      return `Secret Manager returned ${status}; restart kthw`;
  }
}

/** A configured secret can't be read. The message contains the remedy. */
export class SecretMissing extends Error {
  override name = 'SecretMissing';
}
