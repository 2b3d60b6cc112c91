import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { parseDeploySettings } from '../../deploy/deploy-settings.ts';
import { buildDeploySteps } from '../../deploy/deploy-steps.ts';
import { findGcloud } from '../support/gcloud-python.ts';
import { Refusal, startGoogleApi } from '../support/google-api.ts';

const project = 'my-project-1';
const place = `projects/${project}/locations/us-west1`;
const apis = ['SERVICEUSAGE', 'IAM', 'FIRESTORE', 'CLOUDKMS', 'SECRETMANAGER', 'CLOUDTASKS', 'APPENGINE'];
const sdk = findGcloud('deploy checks find existing resources only');

test.skipIf(sdk === undefined).each([
  ['present', true],
  ['missing while similarly named ones exist', false],
])('gcloud checks report that resources are %s', { timeout: 240_000 }, async (_, there) => {
  const api = await startGoogleApi((method, path) => {
    const found = method === 'GET' ? inProject(there)[path] : undefined;
    if (!found) throw new Refusal(404, 'NOT_FOUND', `There is no ${path}.`);
    return found;
  });
  const folder = mkdtempSync(join(tmpdir(), 'kthw-gcloud-'));
  onTestFinished(async () => {
    await api.stop();
    rmSync(folder, { recursive: true });
  });
  const env = {
    CLOUDSDK_CONFIG: folder,
    CLOUDSDK_AUTH_DISABLE_CREDENTIALS: 'true',
    CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
    CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: 'true',
    CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK: 'true',
    ...Object.fromEntries(apis.map((name) => [`CLOUDSDK_API_ENDPOINT_OVERRIDES_${name}`, `${api.url}/`])),
  };
  const looks = buildDeploySteps(parseDeploySettings(['--project', project])).flatMap(({ check, ignoreCheckErrors }) =>
    check ? [{ check, ignoreErrors: ignoreCheckErrors ?? false }] : [],
  );
  const once = [...new Map(looks.map((one) => [one.check.join(' '), one])).values()];
  expect(once.length).toBeGreaterThan(10);
  const wrong: string[] = [];
  for (const { check, ignoreErrors } of once) {
    const [program = '', ...args] = check;
    const { stdout, stderr, failed } = await execa(program, args, { env, input: '', reject: false });
    const deletedOnly = check.includes('--show-deleted');
    if (failed && !ignoreErrors) wrong.push(`${check.join(' ')}: ${stderr}`);
    else if ((stdout !== '') !== (there && !deletedOnly))
      wrong.push(`${check.join(' ')}: printed ${JSON.stringify(stdout)}`);
  }
  expect(wrong).toEqual([]);
});

/** A project's API responses by path: with kthw's resources, or with similarly named ones. */
function inProject(own: boolean): Record<string, object> {
  const named = (before: string, name: string) => ({ name: `${before}/${own ? name : `${name}-2`}` });
  const enabled = { name: 'projects/123/secrets/x/versions/1', state: 'ENABLED', createTime: '2026-01-01T00:00:00Z' };
  const secrets = ['kthw-slack-bot-token', 'kthw-slack-signing-secret'];
  return {
    [`/v1/projects/${project}/services`]: {
      services: [
        {
          name: `projects/123/services/${own ? 'compute' : 'my-compute'}.googleapis.com`,
          config: { name: `${own ? 'compute' : 'my-compute'}.googleapis.com` },
          state: 'ENABLED',
        },
      ],
    },
    [`/v1/projects/${project}/serviceAccounts`]: {
      accounts: [{ name: 'x', email: `${own ? 'kthw-bot' : 'my-kthw-bot'}@${project}.iam.gserviceaccount.com` }],
    },
    [`/v1/projects/${project}/roles`]: {
      roles: ['kthwCompute', 'kthwKeys', 'kthwClusterKeys', 'kthwClusterKeyCreator'].map((id) => ({
        name: `projects/${project}/roles/${id}${own ? '' : 'Other'}`,
      })),
    },
    [`/v1/projects/${project}/databases`]: { databases: [named(`projects/${project}/databases`, '(default)')] },
    [`/v1/${place}/keyRings`]: { keyRings: [named(`${place}/keyRings`, 'kthw')] },
    [`/v1/${place}/keyRings/kthw/cryptoKeys`]: {
      cryptoKeys: [{ ...named(`${place}/keyRings/kthw/cryptoKeys`, 'data-keys'), purpose: 'ENCRYPT_DECRYPT' }],
    },
    [`/v1/projects/${project}/secrets`]: { secrets: secrets.map((id) => named('projects/123/secrets', id)) },
    // The service itself filters versions by state.
    ...Object.fromEntries(
      secrets.map((id) => [`/v1/projects/${project}/secrets/${id}/versions`, own ? { versions: [enabled] } : {}]),
    ),
    [`/v2/${place}/queues`]: { queues: [{ ...named(`${place}/queues`, 'kthw'), state: 'RUNNING' }] },
    ...(own ? { [`/v1/apps/${project}`]: { id: project, name: `apps/${project}`, locationId: 'us-west1' } } : {}),
  };
}
