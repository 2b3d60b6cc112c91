import type { ModalView } from '@slack/types';
import type { StoppedRun } from '../../store/events.ts';
import { block } from './blocks.ts';
import { md } from './markdown.ts';
import { formatStoppedRun } from './stopped-run.ts';

/** Modal that requires the cluster name. @param ids `value` is returned with the submission @param stops active run */
export function renderDeleteModal(
  name: string,
  { id, block: blockId, value }: { readonly id: string; readonly block: string; readonly value: object },
  stops?: StoppedRun,
): ModalView {
  return {
    type: 'modal',
    callback_id: id,
    private_metadata: JSON.stringify(value),
    title: { type: 'plain_text', text: 'Delete a cluster' },
    submit: { type: 'plain_text', text: 'Delete' },
    close: { type: 'plain_text', text: 'Cancel' },
    blocks: [
      block.section(
        md`Deletes *${name}* and all of its resources: instances, disks, network, IP addresses, keys. This can't be undone.`,
      ),
      ...formatStoppedRun(stops).map(block.section),
      {
        type: 'input',
        block_id: blockId,
        label: { type: 'plain_text', text: `Type ${name} to delete it` },
        element: { type: 'plain_text_input', action_id: 'input', max_length: 100 },
      },
    ],
  };
}
