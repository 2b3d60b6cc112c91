import type { Settings } from './deploy-settings.ts';

/** What deploy makes and undeploy takes away, by name; `app.yaml` says the same. */
export const names = {
  account: 'kthw-bot',
  computeRole: 'kthwCompute',
  keyRole: 'kthwKeys',
  keyring: 'kthw',
  key: 'data-keys',
  queue: 'kthw',
  secrets: [
    { id: 'kthw-slack-bot-token', asks: 'the bot token (OAuth & Permissions, "Bot User OAuth Token", xoxb-…)' },
    { id: 'kthw-slack-signing-secret', asks: 'the signing secret (Basic Information, "Signing Secret")' },
  ],
} as const;

/** Where the app.yaml with this project's names is written. */
export const renderedAppYaml = '.kthw/deploy/app.yaml';

export const apis = [
  'appengine',
  'cloudbuild',
  'cloudkms',
  'cloudtasks',
  'compute',
  'firestore',
  'iam',
  'secretmanager',
].map((name) => `${name}.googleapis.com`);

export function accountOf({ project }: Pick<Settings, 'project'>): string {
  return `${names.account}@${project}.iam.gserviceaccount.com`;
}

export function memberOf(settings: Pick<Settings, 'project'>): string {
  return `--member=serviceAccount:${accountOf(settings)}`;
}
