import { clusterKeyPrefix } from '../src/store/vault/secret-manager-cluster-keys.ts';
import type { DeploySettings } from './deploy-settings.ts';

/** Names of the deployed resources, matching `app.yaml`. */
export const resourceNames = {
  account: 'kthw-bot',
  computeRole: 'kthwCompute',
  keyRole: 'kthwKeys',
  clusterKeyCreatorRole: 'kthwClusterKeyCreator',
  clusterKeyRole: 'kthwClusterKeys',
  keyring: 'kthw',
  key: 'data-keys',
  queue: 'kthw',
  secrets: [
    { id: 'kthw-slack-bot-token', prompt: 'the bot token (OAuth & Permissions, "Bot User OAuth Token", xoxb-…)' },
    { id: 'kthw-slack-signing-secret', prompt: 'the signing secret (Basic Information, "Signing Secret")' },
  ],
} as const;

/**
 * Limits a role to the secrets with the keys of clusters. `extract` avoids the project number, which names of secrets contain.
 * https://cloud.google.com/iam/docs/conditions-attribute-reference#extract, as of 2026-12-01
 */
export const clusterKeyCondition = `title=kthw cluster keys,expression=resource.name.extract("/secrets/${clusterKeyPrefix}{cluster}") != ""`;

/** Path of the rendered app.yaml. */
export const renderedAppYamlPath = '.kthw/deploy/app.yaml';

export const requiredApis = [
  'appengine',
  'cloudbuild',
  'cloudkms',
  'cloudtasks',
  'compute',
  'firestore',
  'iam',
  'secretmanager',
].map((name) => `${name}.googleapis.com`);

export function getServiceAccountEmail({ project }: Pick<DeploySettings, 'project'>): string {
  return `${resourceNames.account}@${project}.iam.gserviceaccount.com`;
}

export function buildMemberFlag(settings: Pick<DeploySettings, 'project'>): string {
  return `--member=serviceAccount:${getServiceAccountEmail(settings)}`;
}
