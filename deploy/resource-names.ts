import type { DeploySettings } from './deploy-settings.ts';

/** Names of the deployed resources, matching `app.yaml`. */
export const resourceNames = {
  account: 'kthw-bot',
  computeRole: 'kthwCompute',
  keyRole: 'kthwKeys',
  keyring: 'kthw',
  key: 'data-keys',
  queue: 'kthw',
  secrets: [
    { id: 'kthw-slack-bot-token', prompt: 'the bot token (OAuth & Permissions, "Bot User OAuth Token", xoxb-…)' },
    { id: 'kthw-slack-signing-secret', prompt: 'the signing secret (Basic Information, "Signing Secret")' },
  ],
} as const;

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
