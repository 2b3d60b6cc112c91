import { parseArgs } from 'node:util';

export interface DeploySettings {
  readonly project: string;
  /** Where the app, its database, keys and queue are. One place for all: a queue must be where its app is. */
  readonly location: string;
  /** More environment for the bot. */
  readonly env: Readonly<Record<string, string>>;
  /** Shows, does nothing, needs no account. */
  readonly dryRun: boolean;
  /** Takes it down again. */
  readonly undeploy: boolean;
  /** With `undeploy`: the database and the key too. */
  readonly deleteData: boolean;
  /** Asks for the Slack secrets though there are some. */
  readonly replaceSecrets: boolean;
  /** Asks for no confirmation. */
  readonly skipConfirmation: boolean;
}

export const usage = `npm run deploy -- --project PROJECT [--location us-west1] [--env KTHW_CHANNELS=C012AB3CD]... [--secrets] [--dry-run]
npm run undeploy -- --project PROJECT [--location us-west1] [--delete-data] [--yes] [--dry-run]`;

/** @throws Error that says how to write it */
export function parseDeploySettings(args: readonly string[]): DeploySettings {
  const { values } = parseArgs({
    args: [...args],
    options: {
      project: { type: 'string', default: '' },
      location: { type: 'string', default: 'us-west1' },
      env: { type: 'string', multiple: true, default: [] },
      'dry-run': { type: 'boolean', default: false },
      undo: { type: 'boolean', default: false },
      'delete-data': { type: 'boolean', default: false },
      secrets: { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
    },
  });
  if (!/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/.test(values.project)) throw new Error(`name the project by its id:\n${usage}`);
  if (!/^[a-z]+-[a-z]+\d+$/.test(values.location))
    throw new Error(`--location wants a region, such as us-west1:\n${usage}`);
  const env = values.env.map((entry): [string, string] => {
    const [, name = '', value = ''] = /^(KTHW_[A-Z_]+|LOG_LEVEL)=(.+)$/s.exec(entry) ?? [];
    if (name === '')
      throw new Error(`--env takes KTHW_NAME=VALUE; Slack's secrets are asked for, not given here:\n${usage}`);
    return [name, value];
  });
  return {
    project: values.project,
    location: values.location,
    env: Object.fromEntries(env),
    dryRun: values['dry-run'],
    undeploy: values.undo,
    deleteData: values['delete-data'],
    replaceSecrets: values.secrets,
    skipConfirmation: values.yes,
  };
}
