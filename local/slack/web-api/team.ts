import { z } from 'zod';
import { argSchemas } from './arguments.ts';
import { find } from './find.ts';
import { ApiError, defineMethod } from './method.ts';

const authTest = defineMethod({
  name: 'auth.test',
  tier: 'none',
  args: z.object({}),
  run({ team, baseUrl }) {
    const { data } = team;
    return {
      url: `${baseUrl}/`,
      team: data.team.name,
      team_id: data.team.id,
      user: team.findPerson(data.botUser)?.name,
      user_id: data.botUser,
      bot_id: data.botId,
      is_enterprise_install: false,
    };
  },
});

const teamInfo = defineMethod({
  name: 'team.info',
  tier: 3,
  scopes: ['team:read'],
  args: z.object({}),
  run: ({ team, baseUrl }) => ({ team: { ...team.data.team, url: `${baseUrl}/`, email_domain: '' } }),
});

const reactionsAdd = defineMethod({
  name: 'reactions.add',
  tier: 3,
  scopes: ['reactions:write'],
  args: z.object({ channel: argSchemas.text, timestamp: argSchemas.text, name: argSchemas.text }),
  run(workspace, params) {
    const { team } = workspace;
    const message = find.message(workspace, find.joinedChannel(workspace, params.channel), params.timestamp);
    const name = params.name.replaceAll(':', '');
    if (!/^[a-z0-9_+'-]+$/.test(name)) throw new ApiError('invalid_name');
    const bot = team.data.botUser;
    const reactions = structuredClone(message.reactions ?? []);
    const existing = reactions.find((one) => one.name === name);
    if (existing?.users.includes(bot)) throw new ApiError('already_reacted');
    if (existing) existing.users.push(bot);
    else reactions.push({ name, users: [bot] });
    team.editMessage(message, { reactions });
    return {};
  },
});

/** The methods about the token, the team and reactions. */
export const teamMethods = [authTest, teamInfo, reactionsAdd];
