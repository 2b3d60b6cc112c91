import type { Person } from '../../store/person.ts';

/** Ids of a person as a payload of Slack has them. The fields differ between commands, clicks, modals, mentions and Home. */
export interface SlackIdentity {
  readonly user: string;
  /** The person's own workspace or organization, if the payload names it. */
  readonly home?: string | null | undefined;
  /** The workspace in which the app received the payload. */
  readonly workspace?: string | null | undefined;
  /** The organization of that workspace, on Enterprise Grid. */
  readonly enterprise?: string | null | undefined;
}

export interface IdentifiedPerson {
  readonly person: Person;
  /** From another organization, in a Slack Connect channel. */
  readonly isForeign: boolean;
}

/**
 * The canonical id of a person, equal on all surfaces. On Enterprise Grid it is the organization with the user, because a
 * command names the workspace and a click the organization. Otherwise it is the workspace with the user. A person of
 * another organization has the id of their own workspace or organization. Pure.
 * https://docs.slack.dev/enterprise/developing-for-enterprise-orgs, https://docs.slack.dev/apis/slack-connect (2026-12-01)
 */
export function getPerson({ user, home, workspace, enterprise }: SlackIdentity): IdentifiedPerson {
  const isForeign = Boolean(home) && home !== workspace && home !== enterprise;
  return { person: { team: (isForeign ? home : enterprise || workspace) || '', user }, isForeign };
}
