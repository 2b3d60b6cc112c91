import { z } from 'zod';
import { defineButton } from './define-command.ts';
import { decided } from './messages/decision.ts';

const value = z.strictObject({ run: z.string().min(1).max(200), digest: z.string().min(1).max(200) });

/** The buttons under a question that a run asks. Who was first counts; the engine decides that. */
export const approvals = {
  yes: answerButton('approval.yes', true),
  no: answerButton('approval.no', false),
};

function answerButton(id: string, yes: boolean) {
  return defineButton({
    id,
    value,
    press: async ({ args: { run, digest }, by }, { desk }) => {
      const decision = await desk.decide(run, digest, by, yes);
      return decided(decision, by);
    },
  });
}
