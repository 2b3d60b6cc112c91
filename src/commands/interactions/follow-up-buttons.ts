import { z } from 'zod';
import { clusterNameSchema } from '../arguments/cluster-name-schema.ts';
import { audit } from '../audit.ts';
import { type FollowUpAction, followUpButtonIds } from '../messages/follow-up-button.ts';
import { resume } from '../resume.ts';
import type { Button, Command } from '../routing/command.ts';
import { defineButton } from '../routing/define-command.ts';
import { status } from '../status.ts';

/** Buttons that do what a command does when it is given a cluster's name and nothing else. */
export const followUpButtons: Readonly<Record<FollowUpAction, Button>> = {
  status: defineFollowUpButton('status', status),
  audit: defineFollowUpButton('audit', audit),
  resume: defineFollowUpButton('resume', resume),
};

function defineFollowUpButton(action: FollowUpAction, command: Command): Button {
  return defineButton({
    id: followUpButtonIds[action],
    value: z.strictObject({ cluster: clusterNameSchema }),
    getPermission: () => command.permission ?? 'create',
    handler: {
      async onClick({ args: { cluster }, ...origin }, deps) {
        if (!command.run) throw new Error(`command "${command.name}" does not run, so no button can do it`);
        return await command.run(
          { args: command.buildArgsSchema(deps.defaults).parse({ name: cluster }), ...origin },
          deps,
        );
      },
    },
  });
}
