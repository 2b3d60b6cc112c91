import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const root = join(import.meta.dirname, '../..');
/** Slack's published schemas, which are not part of this repository; used if present next to the checkout. */
const schemas = ['slack-app-manifest.v1.schema.json', 'slack-app-manifest.v2.schema.json']
  .map((name) => join(root, '../shared/data', name))
  .filter((path) => existsSync(path));

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

/** Required scopes by method, from each method's page (https://docs.slack.dev/reference/methods). */
const scopesOf: Readonly<Record<string, readonly string[]>> = {
  'auth.test': [],
  'chat.getPermalink': [],
  'chat.postEphemeral': ['chat:write'],
  'chat.postMessage': ['chat:write'],
  'chat.update': ['chat:write'],
  'conversations.history': ['channels:history', 'groups:history', 'im:history'],
  'conversations.info': ['channels:read', 'groups:read'],
  'conversations.members': ['channels:read', 'groups:read'],
  'conversations.open': ['im:write'],
  'conversations.replies': ['channels:history', 'groups:history', 'im:history'],
  'files.completeUploadExternal': ['files:write'],
  'files.delete': ['files:write'],
  'files.getUploadURLExternal': ['files:write'],
  filesUploadV2: ['files:write'],
  'usergroups.users.list': ['usergroups:read'],
  'users.info': ['users:read'],
  'views.open': [],
  'views.publish': [],
  'views.update': [],
};
/** Required scopes by event. https://docs.slack.dev/reference/events */
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

const text = (max: number) => z.string().min(1).max(max);
const url = z.url({ protocol: /^https$/ }).max(3000);
/** Limits of lengths and counts. https://docs.slack.dev/reference/app-manifest */
const limits = z.looseObject({
  display_information: z.looseObject({
    name: text(35),
    description: text(140),
    background_color: z.string().regex(/^#([0-9a-f]{3}){1,2}$/i),
  }),
  features: z.looseObject({
    bot_user: z.looseObject({ display_name: text(80) }),
    slash_commands: z
      .array(z.looseObject({ command: text(32).startsWith('/'), url, description: text(2000), usage_hint: text(1000) }))
      .min(1)
      .max(50),
  }),
  oauth_config: z.looseObject({ scopes: z.looseObject({ bot: z.array(text(50)).min(1).max(255) }) }),
  settings: z.looseObject({
    event_subscriptions: z.looseObject({ request_url: url, bot_events: z.array(text(50)).min(1).max(100) }),
    interactivity: z.looseObject({ request_url: url }),
  }),
});

/** Returns the manifest with the value at a path replaced. */
function changed(path: readonly string[], to: unknown): unknown {
  const copy = structuredClone(given);
  const parent = path.slice(0, -1).reduce((at, key) => at[key], copy);
  parent[path.at(-1) ?? ''] = to;
  return copy;
}

const mistakes: [string, unknown][] = [
  ['a field at the top that is none', changed(['setings'], {})],
  ['a setting that is none', changed(['settings', 'tocken_rotation_enabled'], false)],
  ['a scope that is none', changed(['oauth_config', 'scopes', 'bot'], ['commands', 'chat:wirte'])],
  ['an event that is none', changed(['settings', 'event_subscriptions', 'bot_events'], ['app_mentioned'])],
  ['a text for a switch', changed(['settings', 'socket_mode_enabled'], 'no')],
  ['no name', changed(['display_information'], {})],
];

/** Type-checks each value as a manifest of Slack's SDK: fields, scopes, events. */
async function asSdkTypes(values: readonly unknown[]): Promise<string[][]> {
  const folder = await mkdtemp(join(tmpdir(), 'kthw-manifest-'));
  try {
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    for (const [at, value] of values.entries()) {
      // Without the index signature, which would accept any top-level field.
      const source = `import type { AppsManifestValidateArguments } from '@slack/web-api';
type Manifest = AppsManifestValidateArguments['manifest'];
type Known = { [K in keyof Manifest as string extends K ? never : K]: Manifest[K] };
export const manifest: Known = ${JSON.stringify(value)};
`;
      await writeFile(join(folder, `m${at}.ts`), source);
    }
    const compilerOptions = { strict: true, noEmit: true, module: 'nodenext', skipLibCheck: true, types: ['node'] };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
    const output = await new Promise<string>((resolve) => {
      const args = ['-p', folder, '--pretty', 'false'];
      execFile(join(root, 'node_modules/.bin/tsc'), args, { cwd: folder }, (_, stdout, stderr) =>
        resolve(stdout + stderr),
      );
    });
    const lines = output.split('\n').filter((line) => line.includes('error'));
    const of = (at: number) => lines.filter((line) => line.startsWith(`m${at}.ts(`));
    expect(values.flatMap((_, at) => of(at))).toHaveLength(lines.length);
    return values.map((_, at) => of(at));
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('manifest.yaml', () => {
  test('has only fields, scopes and events of Slack’s SDK', {
    timeout: 60_000,
  }, async () => {
    const [right, ...wrong] = await asSdkTypes([given, ...mistakes.map(([, value]) => value)]);
    expect(right).toEqual([]);
    expect(mistakes.filter((_, at) => wrong[at]?.length === 0).map(([what]) => what)).toEqual([]);
  });

  test('respects Slack’s limits', () => {
    expect(limits.safeParse(given).error?.issues ?? []).toEqual([]);
  });

  test.each([
    ['a command without its slash', changed(['features', 'slash_commands', '0', 'command'], 'kthw')],
    ['too long a name', changed(['display_information', 'name'], 'k'.repeat(36))],
    ['a colour that is none', changed(['display_information', 'background_color'], 'blue')],
    ['an address without https', changed(['settings', 'interactivity', 'request_url'], 'http://HOST/slack/events')],
  ])('is invalid with %s', (_what, wrong) => {
    expect(limits.safeParse(wrong).success).toBe(false);
  });

  test.each(schemas)('is valid by Slack’s %s, which detects a mistake', (path) => {
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(JSON.parse(readFileSync(path, 'utf8')));
    validate(given);
    expect(validate.errors ?? []).toEqual([]);
    expect(validate(changed(['features', 'slash_commands', '0', 'command'], 'kthw'))).toBe(false);
    expect(validate(changed(['settings', 'tocken_rotation_enabled'], false))).toBe(false);
  });
});

describe('the app', () => {
  test('has exactly the scopes of its methods and events', () => {
    // Guards against an empty scan of the code.
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

  test('subscribes to the handled events at the bot’s URL', () => {
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
