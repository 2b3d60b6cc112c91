import { z } from 'zod';
import { decided } from '../messages/decision.ts';
import { defineButton } from '../routing/define-command.ts';

const id = z.string().regex(/^[A-Za-z0-9-]{1,200}$/);
const value = z.strictObject({ run: id, digest: id });

/** The buttons under a question that a run asks. Who was first counts; the engine decides that. */
export const approvals = {
  yes: answerButton('approval.yes', true),
  no: answerButton('approval.no', false),
};

function answerButton(id: string, yes: boolean) {
  return defineButton({
    id,
    value,
    needs: ({ run }) => ({ run, yes }),
    does: {
      press: async ({ args: { run, digest }, by }, { desk }) => {
        const decision = await desk.decide(run, digest, by, yes);
        return decided(decision, (await desk.runView(run))?.cluster);
      },
    },
  });
}
