import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { signIn } from '../engine/gcp/compute/sign-in.ts';
import { Secret } from '../store/vault/secret.ts';
import { SecretMissing } from './secret-missing.ts';
import type { SecretSource } from './secret-source.ts';

export interface SecretManagerOptions {
  /** The address of another Secret Manager, as `http://127.0.0.1:8931`. @default Google's */
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
const retryDelayMs = 250;

/**
 * Google's Secret Manager, over its REST API: one call a secret, for which its client would load 120 MB on the way to the
 * first acknowledgement. https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions/access
 */
export function createSecretManagerSource({ endpoint, maxAttempts = 3 }: SecretManagerOptions = {}): SecretSource {
  const baseUrl = endpoint ?? 'https://secretmanager.googleapis.com';
  return {
    async read(name) {
      const [, project, secret] = /^projects\/([^/]+)\/secrets\/([^/]+)\/versions\/([^/]+)$/.exec(name) ?? [];
      if (project === undefined || secret === undefined)
        throw new SecretMissing(`"${name}" names no secret; write projects/PROJECT/secrets/SECRET/versions/latest`);
      const auth = await signIn(endpoint !== undefined, 'https://www.googleapis.com/auth/cloud-platform');
      for (let attempt = 1; ; attempt++) {
        const headers = await auth.getRequestHeaders();
        const { status, body } = await sendRequest(new URL(`/v1/${name}:access`, baseUrl), headers);
        const data = status === 200 ? AccessResponse.safeParse(body).data?.payload.data : undefined;
        if (data !== undefined) return new Secret(Buffer.from(data, 'base64'));
        const isTransient = status === 0 || status === 429 || status >= 500;
        if (!isTransient || attempt >= maxAttempts)
          throw new SecretMissing(`reading ${name}: ${formatError(status, body, project, secret)}`);
        await sleep(attempt * retryDelayMs);
      }
    },
  };
}

/** Status 0: no answer. */
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
    return `the Secret Manager API is not enabled; \`gcloud services enable secretmanager.googleapis.com --project ${project}\``;
  switch (status) {
    case 0:
      return 'no answer; start again';
    case 401:
    case 403:
      return `this service account may not read it; \`npm run deploy\` lets it, or give it roles/secretmanager.secretAccessor on ${secret}`;
    case 404:
      return `there is none; \`npm run deploy\` asks for its value, or \`gcloud secrets versions add ${secret} --data-file=- --project ${project}\``;
    case 400:
      return `that version is disabled or destroyed; \`gcloud secrets versions add ${secret} --data-file=- --project ${project}\` makes another, then name that one or \`latest\``;
    default:
      return `Secret Manager answered ${status}; start again`;
  }
}
