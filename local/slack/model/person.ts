/** A member of the team: a user or the bot. */
export interface Person {
  readonly id: string;
  /** The handle, as in `@ada`. */
  readonly name: string;
  readonly realName: string;
  readonly email: string;
  readonly isBot: boolean;
  /** Workspace or organization of a person from outside, in Slack Connect. Absent: this one. */
  homeTeam?: string;
  /** Guest of one channel (`single`) or of several. Absent: a full member. */
  guest?: 'single' | 'multi';
}

/** A user group, as in `@operators`. */
export interface UserGroup {
  readonly id: string;
  readonly handle: string;
  readonly name: string;
  readonly users: readonly string[];
}

/** The Slack team (workspace). */
export interface TeamInfo {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
  /** Organization on Enterprise Grid. Absent: the workspace belongs to none. */
  readonly enterprise?: { readonly id: string; readonly name: string };
}
