import { z } from 'zod';
import type { Person } from '../model/person.ts';
import type { Team } from '../team.ts';
import { argSchemas } from './arguments.ts';
import { find } from './find.ts';
import { ApiError, defineMethod } from './method.ts';
import { paginate, paginationArgs } from './paginate.ts';

const usersInfo = defineMethod({
  name: 'users.info',
  tier: 4,
  scopes: ['users:read'],
  args: z.object({ user: argSchemas.text }),
  run: (workspace, { user }) => ({ user: toApiUser(workspace.team, find.person(workspace, user)) }),
});

const usersList = defineMethod({
  name: 'users.list',
  tier: 2,
  scopes: ['users:read'],
  args: z.object(paginationArgs),
  run({ team }, params) {
    const { items, next } = paginate(team.data.people, params);
    return { members: items.map((one) => toApiUser(team, one)), cache_ts: team.getUnixTime(), response_metadata: next };
  },
});

const usergroupsList = defineMethod({
  name: 'usergroups.list',
  tier: 2,
  scopes: ['usergroups:read'],
  args: z.object({ include_users: argSchemas.flag.optional() }),
  run({ team }, params) {
    return {
      usergroups: team.data.groups.map(({ users, ...group }) => ({
        ...group,
        team_id: team.data.team.id,
        is_usergroup: true,
        user_count: users.length,
        ...(params.include_users && { users }),
      })),
    };
  },
});

const usergroupUsersList = defineMethod({
  name: 'usergroups.users.list',
  tier: 2,
  scopes: ['usergroups:read'],
  args: z.object({ usergroup: argSchemas.text }),
  run({ team }, params) {
    const group = team.data.groups.find(({ id }) => id === params.usergroup);
    if (!group) throw new ApiError('no_such_subteam');
    return { users: group.users };
  },
});

/** The `users.*` and `usergroups.*` methods. */
export const userMethods = [usersInfo, usersList, usergroupsList, usergroupUsersList];

function toApiUser(team: Team, person: Person): object {
  return {
    id: person.id,
    team_id: person.homeTeam ?? team.data.team.id,
    ...(team.data.team.enterprise &&
      person.homeTeam === undefined && { enterprise_user: { enterprise_id: team.data.team.enterprise.id } }),
    name: person.name,
    deleted: false,
    real_name: person.realName,
    tz: 'Etc/UTC',
    tz_offset: 0,
    profile: {
      real_name: person.realName,
      display_name: person.name,
      email: person.email,
      team: person.homeTeam ?? team.data.team.id,
      ...(person.isBot && { bot_id: team.data.botId, api_app_id: team.data.appId }),
    },
    is_bot: person.isBot,
    is_app_user: false,
    is_admin: person.id === 'U0000ADA0',
    // A single-channel guest has both. https://docs.slack.dev/reference/objects/user-object (2026-12-01)
    is_restricted: person.guest !== undefined,
    is_ultra_restricted: person.guest === 'single',
  };
}
