import { z } from 'zod';
import { renderDecision } from '../messages/decision.ts';
import { defineButton } from '../routing/define-command.ts';

const idSchema = z.string().regex(/^[A-Za-z0-9-]{1,200}$/);
const value = z.strictObject({ run: idSchema, digest: idSchema });

/** The buttons under a question that a run asks. Who was first counts; the engine decides that. */
export const approvalButtons = {
  approve: defineApprovalButton('approval.approve', true),
  reject: defineApprovalButton('approval.reject', false),
};

function defineApprovalButton(id: string, isApproval: boolean) {
  return defineButton({
    id,
    value,
    getPermission: ({ run }) => ({ run, isApproval }),
    handler: {
      onClick: async ({ args: { run, digest }, requester }, { clusterService }) => {
        const decision = await clusterService.decideApproval(run, digest, requester, isApproval);
        return renderDecision(decision, (await clusterService.getRunView(run))?.cluster);
      },
    },
  });
}
