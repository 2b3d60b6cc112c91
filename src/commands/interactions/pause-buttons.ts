import { z } from 'zod';
import type { Onward } from '../../store/events.ts';
import { wentOn } from '../messages/chapter-pause.ts';
import { defineButton } from '../routing/define-command.ts';

const value = z.strictObject({
  run: z.string().regex(/^[A-Za-z0-9-]{1,200}$/),
  chapter: z.number().int().min(1).max(99),
});

/** The buttons at the end of a chapter, for who may create. The first press wins; the engine decides that. */
export const pauses = {
  next: onwardButton('pause.next', 'next'),
  through: onwardButton('pause.through', 'through'),
  stop: onwardButton('pause.stop', 'stop'),
};

/** Their ids, for messages. */
export const pauseIds = { next: pauses.next.id, through: pauses.through.id, stop: pauses.stop.id };

function onwardButton(id: string, how: Onward) {
  return defineButton({
    id,
    value,
    does: {
      press: async ({ args: { run, chapter }, by }, { desk }) => {
        const answer = await desk.goOn(run, chapter, by, how);
        return wentOn(answer, (await desk.runView(run))?.cluster);
      },
    },
  });
}
