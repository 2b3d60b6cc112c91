import { Resvg } from '@resvg/resvg-js';
import type { App, BlockAction } from '@slack/bolt';
import type { HomeView, ModalView } from '@slack/types';

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const button = (id: string, text: string, more: object = {}) => ({
  type: 'button' as const,
  action_id: id,
  text: plain(text),
  ...more,
});
const confirm = {
  title: plain('Sure?'),
  text: plain('Each click is counted.'),
  confirm: plain('Count'),
  deny: plain('Cancel'),
};

/** Registers listeners of a minimal bot that uses every feature of the page, independent of kthw. */
export function registerTestBot(app: App): void {
  let clicks = 0;
  app.event('app_home_opened', async ({ event, client }) => {
    if (event.tab === 'home') await client.views.publish({ user_id: event.user, view: buildHome(clicks) });
  });
  app.action<BlockAction>('home.count', async ({ ack, body, client }) => {
    await ack();
    clicks += 1;
    await client.views.publish({ user_id: body.user.id, view: buildHome(clicks) });
  });
  app.command('/kthw', async ({ ack, command, client }) => {
    await ack();
    const { channel_id: channel, user_id: user, text } = command;
    if (text === 'modal') await client.views.open({ trigger_id: command.trigger_id, view: buildFirstModal('a') });
    if (text === 'link') {
      const { ts = '' } = await client.chat.postMessage({ channel, text: 'link target' });
      const { permalink } = await client.chat.getPermalink({ channel, message_ts: ts });
      await client.chat.postMessage({ channel, text: `<${permalink}|link>` });
    }
    if (text === 'secret') await client.chat.postEphemeral({ channel, user, text: 'ephemeral text' });
    if (text === 'files') {
      await client.filesUploadV2({
        channel_id: channel,
        file: drawSquare(),
        filename: 'square.png',
        alt_text: 'a square',
      });
      await client.filesUploadV2({ channel_id: channel, file: Buffer.from('one\ntwo\n'), filename: 'lines.txt' });
    }
  });
  app.action<BlockAction>('letter', async ({ ack, body, client, action }) => {
    await ack();
    const chosen = 'selected_option' in action ? (action.selected_option?.value ?? '') : '';
    await client.views.update({ view_id: body.view?.id ?? '', view: buildFirstModal(chosen) });
  });
  app.view('first', async ({ ack, view }) => {
    const name = view.state.values.name?.name?.value ?? '';
    if (name === 'taken') return await ack({ response_action: 'errors', errors: { name: 'this name is taken' } });
    await ack({ response_action: 'push', view: buildSecondModal(name) });
  });
  app.view('second', async ({ ack }) => await ack({ response_action: 'clear' }));
}

function buildHome(clicks: number): HomeView {
  const text = `*Clicks:* ${clicks}`;
  return {
    type: 'home',
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text } },
      { type: 'actions', elements: [button('home.count', 'Count', { confirm })] },
    ],
  };
}

/** @param letter shown as the current choice */
function buildFirstModal(letter: string): ModalView {
  const options = ['a', 'b'].map((value) => ({ text: plain(`Letter ${value}`), value }));
  return {
    type: 'modal',
    callback_id: 'first',
    title: plain('First'),
    submit: plain('Next'),
    blocks: [
      { type: 'section', block_id: 'current', text: plain(`The letter is ${letter}`) },
      {
        type: 'input',
        block_id: 'name',
        label: plain('Name'),
        element: { type: 'plain_text_input', action_id: 'name' },
      },
      {
        type: 'input',
        block_id: 'letter',
        label: plain('Letter'),
        dispatch_action: true,
        element: { type: 'static_select', action_id: 'letter', options },
      },
    ],
  };
}

function buildSecondModal(name: string): ModalView {
  return {
    type: 'modal',
    callback_id: 'second',
    title: plain('Second'),
    submit: plain('Done'),
    close: plain('Back'),
    blocks: [{ type: 'section', text: plain(`Name: ${name}`) }],
  };
}

function drawSquare(): Buffer {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="64" height="64" fill="teal"/></svg>';
  return Buffer.from(new Resvg(svg).render().asPng());
}
