import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { renderAppYaml } from '../../deploy/render-app-yaml.ts';
import { getServiceAccountEmail, resourceNames } from '../../deploy/resource-names.ts';
import manifest from '../../package.json' with { type: 'json' };
import { readConfig, secretVariables } from '../../src/config.ts';
import { findGcloud, withGcloudsPython } from '../support/gcloud-python.ts';

const root = join(import.meta.dirname, '../..');
const template = readFileSync(join(root, 'app.yaml'), 'utf8');
const settings = {
  project: 'my-project-1',
  location: 'us-west1',
  env: { KTHW_CHANNELS: 'C012AB3CD', KTHW_CREATORS: 'S012AB3CD', KTHW_SSH_RANGES: '203.0.113.7/32' },
};
const app = z
  .object({
    runtime: z.string(),
    entrypoint: z.string(),
    instance_class: z.string(),
    service_account: z.string(),
    automatic_scaling: z.looseObject({ min_instances: z.number(), max_concurrent_requests: z.number() }),
    inbound_services: z.array(z.string()),
    handlers: z.array(z.object({ url: z.string(), script: z.string(), secure: z.string() })),
    env_variables: z.record(z.string(), z.string()),
  })
  .parse(parse(renderAppYaml(template, settings)));
const sdk = findGcloud('app.yaml by gcloud’s own parser, and whether gcloud knows the commands of deploy');

const program = `
import sys
from googlecloudsdk.api_lib.app.yaml_parsing import ServiceYamlInfo
info = ServiceYamlInfo.FromFile(sys.stdin.read())
print(info.module, info.runtime, info.env, info.parsed.instance_class, info.parsed.automatic_scaling.min_instances)`;

describe.skipIf(sdk === undefined)('gcloud’s parser', () => {
  test('accepts app.yaml for the standard environment', { timeout: 120_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kthw-gcloud-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const output = await withGcloudsPython(sdk ?? '', program, join(root, 'app.yaml'), folder);
    expect(output.trim()).toBe('default nodejs24 Environment.STANDARD F2 1');
  });
});

describe('app.yaml', () => {
  test('has the Node.js major version of package.json and valid unchecked fields', () => {
    expect(app.runtime).toBe(`nodejs${manifest.engines.node.replace('.x', '')}`);
    // Automatic scaling supports F classes only. https://cloud.google.com/appengine/docs/standard#instance_classes
    expect(['F1', 'F2', 'F4', 'F4_1G']).toContain(app.instance_class);
    expect(Object.keys(manifest.scripts)).not.toEqual(expect.arrayContaining(['build']));
    expect(Object.keys(manifest.scripts)).not.toEqual(expect.arrayContaining(['gcp-build']));
  });

  test('starts the tested entry point, with a warm minimum instance', () => {
    const [program, ...args] = app.entrypoint.split(' ');
    expect(program).toBe('node');
    expect(existsSync(join(root, args.at(-1) ?? ''))).toBe(true);
    // The memory benchmark must measure the deployed configuration.
    expect(manifest.scripts.bench).toContain(` ${args.slice(0, -1).join(' ')} `);
    expect(app.automatic_scaling.min_instances).toBeGreaterThan(0);
    expect(app.inbound_services).toContain('warmup');
    expect(app.handlers).toEqual([{ url: '/.*', secure: 'always', script: 'auto' }]);
    // Each run occupies a request; the queue's limit per instance leaves capacity for Slack.
    expect(app.automatic_scaling.max_concurrent_requests).toBeGreaterThan(50);
  });

  test('has a valid bot environment for App Engine with all deployed names', () => {
    const { env_variables: env } = app;
    const secrets = secretVariables.map((name) => env[name] ?? '');
    const places = resourceNames.secrets.map(
      ({ id }) => `secret-manager:projects/my-project-1/secrets/${id}/versions/latest`,
    );
    expect(secrets.toSorted()).toEqual(places.toSorted());
    const byAppEngine = { GAE_ENV: 'standard', GAE_SERVICE: 'default', GOOGLE_CLOUD_PROJECT: 'my-project-1' };
    const read = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 's' };
    const config = readConfig({ ...env, ...byAppEngine, ...read });
    expect(config).toMatchObject({
      KTHW_STORE: 'firestore',
      KTHW_DISPATCH: 'cloud-tasks',
      KTHW_TASKS_QUEUE: `projects/my-project-1/locations/us-west1/queues/${resourceNames.queue}`,
      KTHW_KMS_KEY: `projects/my-project-1/locations/us-west1/keyRings/${resourceNames.keyring}/cryptoKeys/${resourceNames.key}`,
      KTHW_CHANNELS: ['C012AB3CD'],
    });
    expect(app.service_account).toBe(getServiceAccountEmail(settings));
    expect(JSON.stringify(app)).not.toMatch(/PROJECT|LOCATION/);
  });

  test.each([
    ['a store on its disk', { KTHW_STORE: 'sqlite' }, /KTHW_STORE: must be firestore on App Engine/],
    ['a key on its disk', { KTHW_KMS_KEY: undefined }, /KTHW_KMS_KEY: is required on App Engine/],
    ['half a key name', { KTHW_KMS_KEY: 'data-keys' }, /KTHW_KMS_KEY: must be the full name of a key/],
    ['a name prefix without a hyphen', { KTHW_NAME_PREFIX: 'k8s' }, /KTHW_NAME_PREFIX: must be lower-case letters/],
  ])('is rejected with %s', (_, changes, says) => {
    const byAppEngine = {
      GAE_ENV: 'standard',
      GOOGLE_CLOUD_PROJECT: 'p',
      SLACK_BOT_TOKEN: 'xoxb-1',
      SLACK_SIGNING_SECRET: 's',
    };
    expect(() => readConfig({ ...app.env_variables, ...byAppEngine, ...changes })).toThrow(says);
  });
});

test('the bot imports no file that is excluded from the upload', () => {
  const ignored = readFileSync(join(root, '.gcloudignore'), 'utf8').split('\n');
  expect(ignored).toEqual(expect.arrayContaining(['local/', 'test/', 'deploy/', 'node_modules/', '.kthw/']));
  expect(ignored.filter((line) => /^(src|package)/.test(line))).toEqual([]);
});
