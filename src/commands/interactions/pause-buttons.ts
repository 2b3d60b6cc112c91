import { z } from 'zod';
import type { PauseDecision } from '../../store/events.ts';
import { renderPauseResult } from '../messages/chapter-pause.ts';
import { defineButton } from '../routing/define-command.ts';

const value = z.strictObject({
  run: z.string().regex(/^[A-Za-z0-9-]{1,200}$/),
  chapter: z.number().int().min(1).max(99),
});

/** The buttons at the end of a chapter, for who may create. The first press wins; the engine decides that. */
export const pauseButtons = {
  continue: definePauseButton('pause.continue', 'continue'),
  continueToEnd: definePauseButton('pause.continueToEnd', 'continueToEnd'),
  stop: definePauseButton('pause.stop', 'stop'),
};

/** Their ids, for messages. */
export const pauseButtonIds = {
  continue: pauseButtons.continue.id,
  continueToEnd: pauseButtons.continueToEnd.id,
  stop: pauseButtons.stop.id,
};

function definePauseButton(id: string, decision: PauseDecision) {
  return defineButton({
    id,
    value,
    handler: {
      onClick: async ({ args: { run, chapter }, requester }, { clusterService }) => {
        const result = await clusterService.continueRun(run, chapter, requester, decision);
        return renderPauseResult(result, (await clusterService.getRunView(run))?.cluster);
      },
    },
  });
}
