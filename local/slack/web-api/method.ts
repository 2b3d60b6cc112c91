import type { z } from 'zod';
import type { RateLimitTier } from '../rate-limiter.ts';
import type { Workspace } from '../workspace.ts';

/** A Web API method. */
export interface Method {
  readonly name: string;
  readonly tier: RateLimitTier;
  /** The bot token needs one of these scopes; empty means none. */
  readonly scopes: readonly string[];
  readonly args: z.ZodType;
  /** @throws {ApiError} with Slack's error name */
  run(workspace: Workspace, args: unknown): object;
}

/** Defines a method with arguments typed by their schema. */
export function defineMethod<S extends z.ZodType>(method: {
  name: string;
  tier: RateLimitTier;
  scopes?: readonly string[];
  args: S;
  run(workspace: Workspace, args: z.infer<S>): object;
}): Method {
  return { scopes: [], ...method, run: (workspace, args) => method.run(workspace, args as z.infer<S>) };
}

/** Slack's `{ok: false, error}`, thrown by methods. */
export class ApiError extends Error {
  readonly more: object;

  /**
   * @param error Slack's error name, such as `channel_not_found`
   * @param messages argument errors for `response_metadata`
   */
  constructor(error: string, messages: readonly string[] = [], more: object = {}) {
    super(error);
    this.name = 'ApiError';
    this.more = {
      ...(messages.length > 0 && {
        errors: messages,
        response_metadata: { messages: messages.map((one) => `[ERROR] ${one}`) },
      }),
      ...more,
    };
  }
}
