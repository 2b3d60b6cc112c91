/** How the bot answered something a person did. */
export interface Ack {
  ok: boolean;
  /** HTTP status, when there was an answer. */
  status?: number;
  /** The body of the answer: JSON where it is some, else text. */
  body?: unknown;
  /** Slack's name for what went wrong. */
  error?: string;
}
