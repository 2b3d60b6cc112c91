import type { RateLimitOptions } from './rate-limiter.ts';

/** A slash command of the bot. */
export interface SlashCommand {
  /** With the leading slash. */
  command: string;
  usage?: string;
  description?: string;
}

/**
 * Kind of workspace. `grid`: in an organization on Enterprise Grid. `connect`: Hedy of another organization is in the shared
 * channel #partners. `guest`: Barbara is a multi-channel guest and Katherine a single-channel guest of #clusters.
 */
export const editions = ['plain', 'grid', 'connect', 'guest'] as const;
export type Edition = (typeof editions)[number];

/** Options of a Slack emulator. All have defaults. */
export interface SlackEmulatorOptions {
  /** Default: 0, a free port. */
  port?: number;
  host?: '127.0.0.1' | '::1' | 'localhost';
  /** The bot's URL for commands, interactions and events. Can be set later with `setBotUrl`. */
  botUrl?: string;
  botName?: string;
  /** Of new data; a state file keeps its own. @default plain */
  edition?: Edition;
  /** Default of this and the next two: random. */
  botToken?: string;
  signingSecret?: string;
  /** Secret that the page and its API require: whoever has it acts as any user. */
  accessToken?: string;
  /** Scopes of the bot token. Methods that need others fail with `missing_scope`. */
  scopes?: readonly string[];
  commands?: readonly SlashCommand[];
  /** A JSON file that keeps the team across restarts. Without it, data is in memory only. */
  stateFile?: string;
  rateLimits?: Partial<RateLimitOptions>;
  /** Time limit for the bot's response. Slack's is 3,000. */
  ackTimeoutMs?: number;
  /** Delays before retries of a failed event. Slack's are 0, 60,000 and 300,000. */
  eventRetryDelaysMs?: readonly number[];
  /** The clock, in Unix ms. */
  now?: () => number;
}
