import { z } from 'zod';
import type { ClusterQueries, RunDecisions } from '../../engine/service/cluster-service.ts';
import { renderDecision } from '../messages/index.ts';
import { defineButton, type ServiceDeps } from '../routing/command.ts';
import { runIdSchema } from './run-id-schema.ts';

const value = z.strictObject({ run: runIdSchema, digest: z.string().regex(/^[0-9A-Za-z-]{1,200}$/) });

/** Buttons of an approval request. The engine accepts the first valid decision. */
export const approvalButtons = {
  approve: defineApprovalButton('approval.approve', true),
  reject: defineApprovalButton('approval.reject', false),
};

export const approvalButtonIds = { approve: approvalButtons.approve.id, reject: approvalButtons.reject.id };

function defineApprovalButton(id: string, isApproval: boolean) {
  return defineButton({
    id,
    value,
    getPermission: ({ run }) => ({ run, isApproval }),
    handler: {
      onClick: async (
        { args: { run, digest }, requester },
        { clusterService }: ServiceDeps<ClusterQueries & RunDecisions>,
      ) => {
        const decision = await clusterService.decideApproval(run, digest, requester, isApproval);
        return renderDecision(decision, (await clusterService.getRunView(run))?.cluster);
      },
    },
  });
}
