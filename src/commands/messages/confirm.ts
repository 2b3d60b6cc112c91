import type { Message } from '../command.ts';
import { block, message } from './blocks.ts';
import { joined, md, moment } from './markdown.ts';

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
    block.buttons(
      {
        ...block.button(ids.yes, 'Delete', value),
        style: 'danger',
        confirm: {
          title: { type: 'plain_text', text: 'Are you sure?' },
          text: { type: 'plain_text', text: `${name} and everything in it will be gone.` },
          confirm: { type: 'plain_text', text: 'Delete' },
          deny: { type: 'plain_text', text: 'Keep' },
          style: 'danger',
        },
      },
      block.button(ids.no, 'Keep', value),
    ),
  );
}

/** Asks for a yes to exactly what is listed. Silence is no. */
export function askApproval(
  asked: {
    readonly run: string;
    readonly digest: string;
    readonly destroys: readonly string[];
    readonly expiresAt: Date;
  },
  ids: { readonly yes: string; readonly no: string },
): Message {
  const value = { run: asked.run, digest: asked.digest };
  return message(
    md`Waiting for a yes: ${asked.destroys.join('; ')}`,
    block.section(joined([md`*This destroys something. Go on?*`, ...asked.destroys.map((what) => md`• ${what}`)])),
    block.buttons({ ...block.button(ids.yes, 'Go on', value), style: 'danger' }, block.button(ids.no, 'Stop', value)),
    block.note(md`Until ${moment(asked.expiresAt)}; without an answer nothing happens`),
  );
}
