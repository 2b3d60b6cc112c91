import { chat } from './chat.ts';
import { conversations } from './conversations.ts';
import { files } from './files.ts';
import { teamMethods } from './team.ts';
import { people } from './users.ts';
import { views } from './views.ts';

/** Every method of the Web API that the workspace has, by name. */
export const methods = new Map(
  [...teamMethods, ...chat, ...conversations, ...files, ...people, ...views].map((method) => [method.name, method]),
);
