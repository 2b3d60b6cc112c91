import type { ModalView } from '@slack/types';
import type { Message } from '../routing/command.ts';
import { block, message } from './blocks.ts';
import { code, md } from './markdown.ts';

/** Asks before anything is deleted. Only the asker sees it; the buttons go once one is pressed. */
export function confirmDelete(
  name: string,
  machines: number,
  ids: { readonly yes: string; readonly no: string },
): Message {
  const value = { cluster: name };
  return message(
    md`Delete ${name}?`,
    block.section(
      md`Delete *${name}*: ${machines} machines, its network, addresses and load balancer, and its keys? This can't be undone.`,
    ),
    block.buttons({ ...block.button(ids.yes, 'Delete', value), style: 'danger' }, block.button(ids.no, 'Keep', value)),
    block.note(md`Delete asks you to type the name first; ${code(`/kthw status ${name}`)} shows the cluster`),
  );
}

/** In the buttons' place where nothing is to be deleted. */
export function kept(name: string): Message {
  const said = md`*${name}* stays as it is`;
  return message(said, block.section(said), block.note(md`${code(`/kthw status ${name}`)} shows it`));
}

/** In the buttons' place while the modal is open. */
export function typingTheName(name: string): Message {
  const said = md`Type the name *${name}* into the dialog to delete it`;
  return message(said, block.section(said), block.note(md`Closed it? ${code(`/kthw delete ${name}`)} asks again`));
}

/** The modal that wants the cluster's name typed. `value` comes back with it. */
export function askForName(
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
        element: { type: 'plain_text_input', action_id: 'typed', max_length: 100 },
      },
    ],
  };
}
