/** The bot's acknowledgement of a user action. */
export interface Ack {
  ok: boolean;
  /** HTTP status, if the bot responded. */
  status?: number;
  /** The response body: a JSON object, else text. */
  body?: unknown;
  /** Slack's error name. */
  error?: string;
}
