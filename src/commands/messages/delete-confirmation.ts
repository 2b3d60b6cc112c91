import type { ModalView } from '@slack/types';
import type { Message } from '../routing/command.ts';
import { block, buildMessage } from './blocks.ts';
import { formatCode, md } from './markdown.ts';

/** Asks before anything is deleted. Only the asker sees it; the buttons go once one is pressed. */
export function renderDeleteConfirmation(
  name: string,
  instanceCount: number,
  ids: { readonly confirm: string; readonly cancel: string },
): Message {
  const value = { cluster: name };
  return buildMessage(
    md`Delete ${name}?`,
    block.section(
      md`Delete *${name}*: ${instanceCount} machines, its network, addresses and load balancer, and its keys? This can't be undone.`,
    ),
    block.actions(
      { ...block.button(ids.confirm, 'Delete', value), style: 'danger' },
      block.button(ids.cancel, 'Keep', value),
    ),
    block.context(md`Delete asks you to type the name first; ${formatCode(`/kthw status ${name}`)} shows the cluster`),
  );
}

/** In the buttons' place where nothing is to be deleted. */
export function renderDeleteCancelled(name: string): Message {
  const text = md`*${name}* stays as it is`;
  return buildMessage(text, block.section(text), block.context(md`${formatCode(`/kthw status ${name}`)} shows it`));
}

/** In the buttons' place while the modal is open. */
export function renderDeleteModalOpened(name: string): Message {
  const text = md`Type the name *${name}* into the dialog to delete it`;
  return buildMessage(
    text,
    block.section(text),
    block.context(md`Closed it? ${formatCode(`/kthw delete ${name}`)} asks again`),
  );
}

/** The modal that wants the cluster's name typed. `value` comes back with it. */
export function renderDeleteModal(
  name: string,
  { id, block: blockId, value }: { readonly id: string; readonly block: string; readonly value: object },
): ModalView {
  return {
    type: 'modal',
    callback_id: id,
    private_metadata: JSON.stringify(value),
    title: { type: 'plain_text', text: 'Delete a cluster' },
    submit: { type: 'plain_text', text: 'Delete' },
    close: { type: 'plain_text', text: 'Keep' },
    blocks: [
      block.section(
        md`*${name}* and everything in it will be gone: machines, disks, network, addresses, keys. Nothing brings it back.`,
      ),
      {
        type: 'input',
        block_id: blockId,
        label: { type: 'plain_text', text: `Type ${name} to delete it` },
        element: { type: 'plain_text_input', action_id: 'input', max_length: 100 },
      },
    ],
  };
}
