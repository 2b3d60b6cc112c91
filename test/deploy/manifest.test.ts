import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const root = join(import.meta.dirname, '../..');
/** Slack's published schemas, which are not ours to keep here: beside the checkout, where somebody put them. */
const published = join(root, '../shared/data');
const schemas = ['slack-app-manifest.v1.schema.json', 'slack-app-manifest.v2.schema.json'].map((name) =>
  join(published, name),
);
const here = schemas.every((path) => existsSync(path));
if (!here)
  console.warn('\nNOT TESTED: manifest.yaml by Slack’s schema, which is not beside this checkout (../shared/data)\n');

const given = parse(readFileSync(join(root, 'manifest.yaml'), 'utf8'));
const manifest = z
  .object({
    features: z.looseObject({ slash_commands: z.array(z.looseObject({ command: z.string(), url: z.string() })) }),
    oauth_config: z.object({ scopes: z.strictObject({ bot: z.array(z.string()) }) }),
    settings: z.looseObject({
      event_subscriptions: z.object({ request_url: z.string(), bot_events: z.array(z.string()) }),
      interactivity: z.object({ is_enabled: z.literal(true), request_url: z.string() }),
      token_rotation_enabled: z.literal(false),
      socket_mode_enabled: z.literal(false),
    }),
  })
  .parse(given);

/** What a bot needs for each method, by the method's page (https://docs.slack.dev/reference/methods). */
const scopesOf: Readonly<Record<string, readonly string[]>> = {
  'auth.test': [],
  'chat.getPermalink': [],
  'chat.postEphemeral': ['chat:write'],
  'chat.postMessage': ['chat:write'],
  'chat.update': ['chat:write'],
  'conversations.history': ['channels:history', 'groups:history', 'im:history'],
  'conversations.members': ['channels:read', 'groups:read'],
  'conversations.open': ['im:write'],
  'conversations.replies': ['channels:history', 'groups:history', 'im:history'],
  filesUploadV2: ['files:write'],
  'usergroups.users.list': ['usergroups:read'],
  'views.open': [],
  'views.publish': [],
  'views.update': [],
};
/** And for what Slack sends. https://docs.slack.dev/reference/events */
const scopesOfEvents: Readonly<Record<string, readonly string[]>> = {
  app_home_opened: [],
  app_mention: ['app_mentions:read'],
};

const code = readdirSync(join(root, 'src/commands'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(join(root, 'src/commands', name), 'utf8'))
  .join('\n');
const methods = new Set(Array.from(code.matchAll(/\bclient\.((?:\w+\.)*\w+)\(/g), ([, name = '']) => name));
const events = new Set(Array.from(code.matchAll(/\bapp\.event\('(\w+)'/g), ([, name = '']) => name));

describe.skipIf(!here)('by Slack’s own schema', () => {
  test.each(schemas)('manifest.yaml is right by %s, and would not be with a mistake in it', (path) => {
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(JSON.parse(readFileSync(path, 'utf8')));
    validate(given);
    expect(validate.errors ?? []).toEqual([]);
    const noSlash = {
      ...given,
      features: { ...given.features, slash_commands: [{ command: 'kthw', description: 'x' }] },
    };
    expect(validate(noSlash)).toBe(false);
    expect(validate({ ...given, settings: { ...given.settings, tocken_rotation_enabled: false } })).toBe(false);
  });
});

describe('the app', () => {
  test('has the scopes of the methods that the code calls and of what it hears, and no other', () => {
    // It did see the code.
    expect([...methods]).toContain('chat.postMessage');
    expect(
      [...methods].filter((name) => scopesOf[name] === undefined),
      'methods without a line here',
    ).toEqual([]);
    expect(
      [...events].filter((name) => scopesOfEvents[name] === undefined),
      'events without a line here',
    ).toEqual([]);
    const needed = new Set([
      'commands',
      ...[...methods].flatMap((name) => scopesOf[name] ?? []),
      ...[...events].flatMap((name) => scopesOfEvents[name] ?? []),
    ]);
    expect(manifest.oauth_config.scopes.bot.toSorted()).toEqual([...needed].sort());
  });

  test('is told of the events that the code hears, at the address at which it listens', () => {
    const { event_subscriptions: subscriptions, interactivity } = manifest.settings;
    expect(subscriptions.bot_events.toSorted()).toEqual([...events].sort());
    const [command] = manifest.features.slash_commands;
    expect(code).toContain(`= '${command?.command}'`);
    const urls = [subscriptions.request_url, interactivity.request_url, command?.url];
    for (const url of urls) {
      expect(url).toMatch(/^https:\/\/HOST\//);
      expect(code).toContain(`'${new URL(url ?? '').pathname}'`);
    }
  });
});
