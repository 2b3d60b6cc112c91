import { z } from 'zod';
import { nothingToSend } from '../messages/command-replies.ts';
import { hardWayButtonId } from '../messages/phase-commands-button.ts';
import { hardWayComing, hardWayModal } from '../messages/phase-commands-modal.ts';
import type { Opened, Tools } from '../routing/command.ts';
import { defineButton, defineModal } from '../routing/define-command.ts';

const id = z.string().regex(/^[A-Za-z0-9:-]{1,200}$/);
const shown = z.strictObject({ run: id, phase: id });
const carried = shown.extend({ channel: z.string().max(50), page: z.number().int().min(0).max(1_000) });

const modalId = 'hardWay';

/** Under what a phase made: what a person would have typed for it. Only who pressed sees it. */
export const showHardWay = defineButton({
  id: hardWayButtonId,
  value: shown,
  needs: () => 'look',
  does: { opens: ({ args, channel }, tools) => opened({ ...args, channel, page: 0 }, tools) },
});

/** It turns pages, and sends nothing. */
export const hardWayPages = defineModal({
  id: modalId,
  value: carried,
  changed(value, _typed, block, tools) {
    const page = Number(block.match(/^page-(\d+)$/)?.[1] ?? Number.NaN);
    return Number.isNaN(page) ? undefined : opened({ ...value, page }, tools);
  },
  problems: () => undefined,
  submit: async () => ({ shown: nothingToSend() }),
});

function opened(value: z.infer<typeof carried>, { desk }: Tools): Opened {
  return {
    view: hardWayComing({ id: modalId, value }),
    filled: async () => hardWayModal({ id: modalId, value, hardWay: await desk.hardWay(value.run, value.phase) }),
    guards: { channel: value.channel, needs: 'look' },
  };
}
