import type { RateLimitOptions } from './rate-limiter.ts';

/** A slash command that the bot has registered. */
export interface SlashCommand {
  /** With the slash. */
  command: string;
  usage?: string;
  description?: string;
}

/** How a local workspace is set up. Everything has a default. */
export interface SlackEmulatorOptions {
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
  commands?: readonly SlashCommand[];
  /** A JSON file in which the team is kept across restarts. Without one it is forgotten. */
  stateFile?: string;
  rateLimits?: Partial<RateLimitOptions>;
  /** How long the bot has to answer. Slack gives 3,000. */
  ackTimeoutMs?: number;
  /** Waits before an event that failed is sent again. Slack waits 0, 60,000 and 300,000. */
  eventRetryDelaysMs?: readonly number[];
  /** The clock, in Unix ms. */
  now?: () => number;
}
