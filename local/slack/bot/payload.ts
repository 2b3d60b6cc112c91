import type { Channel } from '../model/conversation.ts';
import type { Person } from '../model/person.ts';
import type { Workspace } from '../workspace.ts';

/** Slack's deprecated verification token. Signatures replaced it, but Slack still sends it. */
const verificationToken = 'local-verification-token';

/**
 * The common fields of interaction payloads, with a new trigger id. On Enterprise Grid, `user.team_id` is the organization.
 * https://docs.slack.dev/reference/interaction-payloads/block_suggestion-payload (2026-12-01)
 */
export function buildInteractionFields({ team, triggers }: Workspace, person: Person): Record<string, unknown> {
  const { id, domain, enterprise } = team.data.team;
  const enterpriseFields = enterprise ? { enterprise_id: enterprise.id, enterprise_name: enterprise.name } : {};
  return {
    team: { id, domain, ...enterpriseFields },
    enterprise: enterprise ?? null,
    is_enterprise_install: false,
    user: {
      id: person.id,
      username: person.name,
      name: person.name,
      team_id: person.homeTeam ?? enterprise?.id ?? id,
    },
    api_app_id: team.data.appId,
    token: verificationToken,
    trigger_id: triggers.issue(person.id),
  };
}

/** The form fields of a slash command (docs: implementing slash commands). */
export function buildCommandFields(
  workspace: Workspace,
  invocation: { person: Person; channel: Channel; command: string; text: string; responseUrl: string },
): Record<string, string> {
  const { team, triggers } = workspace;
  const { enterprise } = team.data.team;
  return {
    token: verificationToken,
    team_id: team.data.team.id,
    ...(enterprise ? { enterprise_id: enterprise.id, enterprise_name: enterprise.name } : {}),
    team_domain: team.data.team.domain,
    channel_id: invocation.channel.id,
    channel_name: invocation.channel.kind === 'im' ? 'directmessage' : invocation.channel.name,
    user_id: invocation.person.id,
    user_name: invocation.person.name,
    command: invocation.command,
    text: invocation.text,
    api_app_id: team.data.appId,
    is_enterprise_install: 'false',
    response_url: invocation.responseUrl,
    trigger_id: triggers.issue(invocation.person.id),
  };
}

/** The envelope of an event (docs: Events API). @param isExternal in a channel that another organization shares */
export function buildEventEnvelope({ team }: Workspace, id: string, event: object, isExternal = false): object {
  const { data } = team;
  const enterpriseId = data.team.enterprise?.id;
  return {
    token: verificationToken,
    team_id: data.team.id,
    ...(enterpriseId === undefined ? {} : { enterprise_id: enterpriseId }),
    api_app_id: data.appId,
    event,
    type: 'event_callback',
    event_id: id,
    event_time: team.getUnixTime(),
    authorizations: [
      {
        enterprise_id: enterpriseId ?? null,
        team_id: data.team.id,
        user_id: data.botUser,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: isExternal,
  };
}
