import { z } from 'zod';
import { clusterNameSchema } from '../arguments/cluster-name-schema.ts';
import { audit } from '../audit.ts';
import { type FollowUpAction, followUpButtonIds } from '../messages/follow-up-button.ts';
import { startResume } from '../resume.ts';
import { type Button, type Command, defineButton } from '../routing/command.ts';
import { status } from '../status.ts';
import { shownClusterSchema } from './shown-cluster-schema.ts';

/** Buttons that run a command on the cluster, or on the run, of a message. */
export const followUpButtons: Readonly<Record<FollowUpAction | 'resume', Button>> = {
  status: defineFollowUpButton('status', status),
  audit: defineFollowUpButton('audit', audit),
  resume: defineButton({
    id: followUpButtonIds.resume,
    value: shownClusterSchema,
    handler: {
      onClick: ({ args: { cluster, run }, requester }, deps) => startResume(cluster, requester, run, deps),
    },
  }),
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
