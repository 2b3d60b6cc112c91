import { z } from 'zod';
import type { ClusterQueries, RunDecisions } from '../../engine/service/cluster-service.ts';
import type { PauseDecision } from '../../store/events.ts';
import { renderPauseResult } from '../messages/index.ts';
import { defineButton, type ServiceDeps } from '../routing/command.ts';
import { runIdSchema } from './run-id-schema.ts';

const value = z.strictObject({
  run: runIdSchema,
  chapter: z.number().int().min(1).max(99),
});

/** Buttons of a chapter pause, for users who can create clusters. The engine accepts the first click. */
export const pauseButtons = {
  continue: definePauseButton('pause.continue', 'continue'),
  continueToEnd: definePauseButton('pause.continueToEnd', 'continueToEnd'),
  stop: definePauseButton('pause.stop', 'stop'),
};

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
      onClick: async (
        { args: { run, chapter }, requester },
        { clusterService }: ServiceDeps<ClusterQueries & RunDecisions>,
      ) => {
        const result = await clusterService.continueRun(run, chapter, requester, decision);
        return renderPauseResult(result, (await clusterService.getRunView(run))?.cluster);
      },
    },
  });
}
