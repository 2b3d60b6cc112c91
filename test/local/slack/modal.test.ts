import type { SlackViewAction } from '@slack/bolt';
import { afterEach, describe, expect, it } from 'vitest';
import { type Harness, startHarness } from './test-environment.ts';

let harness: Harness;
afterEach(() => harness.close());

const plain = (text: string) => ({ type: 'plain_text', text });

function modal(title = 'Create', more: object = {}) {
  const option = (value: string) => ({ text: plain(value), value });
  const input = (id: string, element: object, optional = false) => ({
    type: 'input',
    block_id: id,
    label: plain(id),
    optional,
    element: { action_id: `${id}-action`, ...element },
  });
  const blocks = [
    input('name', { type: 'plain_text_input', max_length: 10 }),
    input('zone', { type: 'static_select', options: [option('a'), option('b')], initial_option: option('a') }),
    input('extras', { type: 'checkboxes', options: [option('dns'), option('smoke')] }, true),
  ];
  return { type: 'modal', callback_id: 'create', title: plain(title), submit: plain('Go'), blocks, ...more } as never;
}

/** Starts a bot that opens a modal on each command and responds to its submission with `answer`. */
async function startModal(answer: object | undefined, view = modal()): Promise<SlackViewAction[]> {
  const bodies: SlackViewAction[] = [];
  harness = await startHarness((app) => {
    app.command('/kthw', async ({ ack, client, command }) => {
      await client.views.open({ trigger_id: command.trigger_id, view });
      await ack();
    });
    app.view('create', async ({ ack, body }) => {
      bodies.push(body);
      await (ack as (answer?: object) => Promise<void>)(answer);
    });
    app.view({ callback_id: 'create', type: 'view_closed' }, async ({ ack, body }) => {
      bodies.push(body);
      await ack();
    });
  });
  await harness.people.actAs('ada').sendCommand('clusters', '/kthw create');
  return bodies;
}

async function top(): Promise<{ id: string; title: { text: string } }> {
  const view = (await harness.people.listViews('ada')).at(-1);
  if (!view) throw new Error('no modal is open');
  return view as never;
}

describe('a modal', () => {
  it('is visible to one user, and its submission contains the values', async () => {
    const bodies = await startModal(undefined);
    expect(await harness.people.listViews('grace')).toEqual([]);
    const { id } = await top();
    const ack = await harness.people.actAs('ada').submitView(id, { name: 'demo', 'extras-action': ['smoke'] });
    expect(ack).toMatchObject({ ok: true });
    expect(bodies[0]).toMatchObject({ type: 'view_submission', user: { id: 'U0000ADA0' } });
    expect(bodies[0]?.view.state.values).toMatchObject({
      name: { 'name-action': { type: 'plain_text_input', value: 'demo' } },
      zone: { 'zone-action': { selected_option: { value: 'a' } } },
      extras: { 'extras-action': { selected_options: [{ value: 'smoke' }] } },
    });
    expect(await harness.people.listViews('ada')).toEqual([]);
  });

  it('is not submitted with missing or too long input', async () => {
    const bodies = await startModal(undefined);
    const { id } = await top();
    const empty = await harness.people.actAs('ada').submitView(id);
    expect(empty.errors).toEqual({ name: 'Please complete this required field.' });
    const long = await harness.people.actAs('ada').submitView(id, { name: 'x'.repeat(11) });
    expect(long.errors).toEqual({ name: 'This field must be at most 10 characters.' });
    expect(bodies).toEqual([]);
  });

  it('stays open with the errors from the bot', async () => {
    await startModal({ response_action: 'errors', errors: { name: 'taken' } });
    const { id } = await top();
    expect(await harness.people.actAs('ada').submitView(id, { name: 'demo' })).toMatchObject({
      ok: false,
      errors: { name: 'taken' },
    });
    expect((await top()).id).toBe(id);
  });

  it.each([
    [{ response_action: 'update', view: modal('Second') }, ['Second']],
    [{ response_action: 'push', view: modal('Above') }, ['Create', 'Above']],
    [{ response_action: 'clear' }, []],
  ])('applies the response action %j', async (answer, titles) => {
    await startModal(answer);
    await harness.people.actAs('ada').submitView((await top()).id, { name: 'demo' });
    const open = (await harness.people.listViews('ada')) as unknown as { title: { text: string } }[];
    expect(open.map(({ title }) => title.text)).toEqual(titles);
  });

  it('sends view_closed if notify_on_close is set', async () => {
    const bodies = await startModal(undefined, modal('Create', { notify_on_close: true }));
    await harness.people.actAs('ada').closeView((await top()).id);
    expect(bodies).toMatchObject([{ type: 'view_closed', is_cleared: false }]);
    expect(await harness.people.listViews('ada')).toEqual([]);
  });

  it('keeps its position when updated, and rejects an update with an outdated hash', async () => {
    await startModal(undefined);
    const { id } = await top();
    const [old] = await harness.people.listViews('ada');
    await harness.web.views.update({ view_id: id, view: modal('Newer') });
    expect(await top()).toMatchObject({ id, title: { text: 'Newer' } });
    const late = harness.web.views.update({ view_id: id, hash: old?.hash as string, view: modal('Late') });
    await expect(late).rejects.toMatchObject({ data: { error: 'hash_conflict' } });
  });

  it('allows a stack of three', async () => {
    await startModal({ response_action: 'push', view: modal('Above') });
    for (const _ of [1, 2]) await harness.people.actAs('ada').submitView((await top()).id, { name: 'demo' });
    const fourth = await harness.people.actAs('ada').submitView((await top()).id, { name: 'demo' });
    expect(fourth).toMatchObject({ ok: false, error: 'push_limit_reached' });
  });

  it('rejects a title over 24 characters with its JSON pointer', async () => {
    harness = await startHarness();
    const tooLong = harness.web.views.open({ trigger_id: '1.2.abc', view: modal('x'.repeat(25)) });
    await expect(tooLong).rejects.toMatchObject({
      data: {
        error: 'invalid_arguments',
        response_metadata: { messages: ['[ERROR] must be less than 25 characters [json-pointer:/view/title/text]'] },
      },
    });
  });
});

describe('the Home tab', () => {
  it('is published on app_home_opened', async () => {
    harness = await startHarness((app) => {
      app.event('app_home_opened', async ({ event, client }) => {
        const blocks = [{ type: 'header', text: plain(`tab ${event.tab}`) }] as never;
        await client.views.publish({ user_id: event.user, view: { type: 'home', blocks } });
      });
    });
    await harness.people.actAs('ada').openHome();
    const view = await harness.people.waitFor(() => harness.people.getHomeView('ada'), { description: 'the Home tab' });
    expect(view.blocks).toMatchObject([{ type: 'header', text: { text: 'tab home' } }]);
    expect(await harness.people.getHomeView('grace')).toBeNull();
  });
});
