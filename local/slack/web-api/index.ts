import { chatMethods } from './chat.ts';
import { conversationMethods } from './conversations.ts';
import { fileMethods } from './files.ts';
import { teamMethods } from './team.ts';
import { userMethods } from './users.ts';
import { viewMethods } from './views.ts';

/** All supported Web API methods by name. */
export const methods = new Map(
  [...teamMethods, ...chatMethods, ...conversationMethods, ...fileMethods, ...userMethods, ...viewMethods].map(
    (method) => [method.name, method],
  ),
);
