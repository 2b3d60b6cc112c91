import type { LimitOptions } from './rate-limits.ts';

/** A slash command that the bot has registered. */
export interface CommandOption {
  /** With the slash. */
  command: string;
  usage?: string;
  description?: string;
}

/** How a local workspace is set up. Everything has a default. */
export interface WorkspaceOptions {
  /** 0, the default, lets the system pick. */
  port?: number;
  host?: '127.0.0.1' | '::1' | 'localhost';
  /** Where the bot takes commands, interactions and events; may be set later with `setBotUrl`. */
  botUrl?: string;
  botName?: string;
  botToken?: string;
  signingSecret?: string;
  /** What the bot token may do; a method outside it answers `missing_scope`. */
  scopes?: readonly string[];
  commands?: readonly CommandOption[];
  /** A JSON file in which the team is kept across restarts. Without one it is forgotten. */
  stateFile?: string;
  rateLimits?: Partial<LimitOptions>;
  /** How long the bot has to answer. Slack gives 3,000. */
  ackMs?: number;
  /** Waits before an event that failed is sent again. Slack waits 0, 60,000 and 300,000. */
  eventRetriesMs?: readonly number[];
  /** The clock, in Unix ms. */
  now?: () => number;
}

/** The options with the defaults filled in. */
export type Settings = Required<Omit<WorkspaceOptions, 'botUrl' | 'stateFile' | 'rateLimits'>> & {
  botUrl: string | undefined;
  stateFile: string | undefined;
  rateLimits: Partial<LimitOptions>;
};

/** Fills in the defaults. The default token and secret are for one machine only, and say so. */
export function settings(options: WorkspaceOptions): Settings {
  return {
    port: 0,
    host: '127.0.0.1',
    botName: 'kthw',
    botToken: 'xoxb-local',
    signingSecret: 'local-signing-secret',
    scopes: [
      ...['commands', 'chat:write', 'im:write', 'files:write', 'files:read', 'users:read', 'usergroups:read'],
      ...['channels:read', 'groups:read', 'im:read', 'channels:history', 'groups:history', 'im:history'],
      ...['app_mentions:read', 'reactions:write', 'team:read'],
    ],
    commands: [{ command: '/kthw', usage: 'help', description: 'Kubernetes, the hard way' }],
    ackMs: 3000,
    eventRetriesMs: [250, 1000, 3000],
    now: Date.now,
    ...options,
    botUrl: options.botUrl,
    stateFile: options.stateFile,
    rateLimits: options.rateLimits ?? {},
  };
}
