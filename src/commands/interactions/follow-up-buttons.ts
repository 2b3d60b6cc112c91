import { z } from 'zod';
import { clusterNameSchema } from '../arguments/cluster-name-schema.ts';
import { audit } from '../audit.ts';
import { type FollowUpAction, followUpButtonIds } from '../messages/follow-up-button.ts';
import { resume } from '../resume.ts';
import { type Button, type Command, defineButton } from '../routing/command.ts';
import { status } from '../status.ts';

/** Buttons that run a command with the cluster's name as its only argument. */
export const followUpButtons: Readonly<Record<FollowUpAction, Button>> = {
  status: defineFollowUpButton('status', status),
  audit: defineFollowUpButton('audit', audit),
  resume: defineFollowUpButton('resume', resume),
};

function defineFollowUpButton(action: FollowUpAction, command: Command): Button {
  return defineButton({
    id: followUpButtonIds[action],
    value: z.strictObject({ cluster: clusterNameSchema }),
    getPermission: () => (typeof command.permission === 'function' ? 'create' : command.permission),
    handler: {
      onClick: ({ args: { cluster }, ...origin }, deps) =>
        command.run({ args: command.buildArgsSchema(deps.defaults).parse({ name: cluster }), ...origin }, deps),
    },
  });
}
