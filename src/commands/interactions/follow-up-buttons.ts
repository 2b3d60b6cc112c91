import { z } from 'zod';
import { clusterName } from '../arguments/cluster-name-schema.ts';
import { audit } from '../audit.ts';
import { type Following, followIds } from '../messages/follow-up-button.ts';
import { resume } from '../resume.ts';
import type { Button, Command } from '../routing/command.ts';
import { defineButton } from '../routing/define-command.ts';
import { status } from '../status.ts';

/** Buttons that do what a command does when it is given a cluster's name and nothing else. */
export const follows: Readonly<Record<Following, Button>> = {
  status: doing('status', status),
  audit: doing('audit', audit),
  resume: doing('resume', resume),
};

function doing(what: Following, command: Command): Button {
  return defineButton({
    id: followIds[what],
    value: z.strictObject({ cluster: clusterName }),
    needs: () => command.needs ?? 'create',
    does: {
      async press({ args: { cluster }, ...asker }, tools) {
        if (!command.run) throw new Error(`command "${command.name}" does not run, so no button can do it`);
        return await command.run({ args: command.args(tools.defaults).parse({ name: cluster }), ...asker }, tools);
      },
    },
  });
}
