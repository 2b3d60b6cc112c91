import { z } from 'zod';
import { clusterName } from '../arguments/cluster-name-schema.ts';
import { askToType } from '../delete.ts';
import { kubeconfig } from '../kubeconfig.ts';
import { waiting } from '../messages/approval-request.ts';
import { unknownCluster } from '../messages/command-replies.ts';
import { homeIds } from '../messages/home-tab.ts';
import { lookingModal, replyModal } from '../messages/reply-modal.ts';
import { status } from '../messages/status.ts';
import type { Asked, Message, Reply, Tools } from '../routing/command.ts';
import { defineButton } from '../routing/define-command.ts';
import { approvals } from './approval-buttons.ts';
import { openForm } from './create-cluster-modal.ts';

const value = z.strictObject({ cluster: clusterName, channel: z.string().min(1).max(50) });
type OfCluster = z.infer<typeof value>;

/** The buttons of the Home tab. There is no channel there: each acts in the cluster's own. */
export const homeButtons = {
  create: defineButton({
    id: homeIds.create,
    value: z.strictObject({}),
    does: { opens: (_, tools) => openForm(undefined, tools) },
  }),
  status: defineButton({
    id: homeIds.status,
    value,
    does: {
      opens: ({ args: { cluster, channel } }, tools) => ({
        view: lookingModal(cluster, channel),
        filled: async () => replyModal(cluster, await statusOf(cluster, tools), channel),
        guards: { channel, needs: 'look' },
      }),
    },
  }),
  kubeconfig: defineButton({
    id: homeIds.kubeconfig,
    value,
    at: ({ channel }) => channel,
    does: { press: sendKubeconfig },
  }),
  delete: defineButton({
    id: homeIds.delete,
    value,
    does: {
      opens: ({ args: { cluster, channel } }) => ({
        view: askToType(cluster, channel),
        guards: { channel, needs: 'create' },
      }),
    },
  }),
};

async function sendKubeconfig({ args, by }: Asked<OfCluster>, tools: Tools): Promise<Reply> {
  const { cluster: name, channel } = args;
  if (!kubeconfig.run) throw new Error('the command "kubeconfig" does not run, so no button can do it');
  return await kubeconfig.run({ args: kubeconfig.args(tools.defaults).parse({ name }), by, channel }, tools);
}

async function statusOf(name: string, { desk, policy }: Tools): Promise<Message> {
  const found = await desk.status(name);
  if (!found) return unknownCluster(name);
  const asked = found.latest && !found.latest.over ? await desk.approval(found.latest.run) : undefined;
  return status(found, asked ? waiting(asked, policy, { yes: approvals.yes.id, no: approvals.no.id }) : []);
}
