import type { ModalView } from '@slack/types';
import { afterEach, describe, expect, test } from 'vitest';
import type { View } from '../../../local/slack/model/view.ts';
import { allowAllPolicy, type Policy } from '../../../src/commands/authorization/policy.ts';
import type { ComputeCatalog, ComputeChoices } from '../../../src/engine/service/compute-catalog.ts';
import { createSampleVersions, sampleChoices } from '../../fixtures/compute-catalog.ts';
import { buildSpec } from '../../fixtures/run.ts';
import { type SlackFixture, type SlackFixtureOptions, sendToBot, startSlackFixture } from '../../fixtures/slack.ts';

const open: SlackFixture[] = [];
const general = 'general';

async function started(options?: SlackFixtureOptions): Promise<SlackFixture> {
  const slack = await startSlackFixture(options);
  open.push(slack);
  return slack;
}

afterEach(async () => {
  for (const slack of open.splice(0)) await slack.close();
});

/** The form that Ada has open, once it is as it is to be. */
async function form({ slackClient }: SlackFixture, is: (view: View) => boolean = () => true): Promise<View> {
  return await slackClient.waitFor(async () => (await slackClient.listViews('ada')).find(is));
}

async function waitForModal(slack: SlackFixture, is?: (view: View) => boolean): Promise<View> {
  expect(await slack.slackClient.actAs('ada').sendCommand(general, '/kthw create')).toMatchObject({
    ok: true,
    body: '',
  });
  return await form(slack, is);
}

function shownIn(view: View | ModalView, block: string) {
  const found = view.blocks.find((one) => one.block_id === block) as { element?: Record<string, unknown> } | undefined;
  const { options, option_groups: groups } = (found?.element ?? {}) as {
    options?: { value: string }[];
    option_groups?: { label: { text: string }; options: { value: string; text: { text: string } }[] }[];
  };
  const initial = found?.element?.initial_option as { value: string } | undefined;
  return {
    kind: found?.element?.type,
    values: options?.map(({ value }) => value),
    groups: groups?.map(({ label, options }) => [label.text, options.map(({ text }) => text.text)]),
    initial: initial?.value ?? found?.element?.initial_value,
  };
}

async function waitForReply({ slackClient }: SlackFixture, words: string) {
  return await slackClient.waitFor(async () =>
    (await slackClient.actAs('ada').listMessages(general)).find(({ text }) => text.includes(words)),
  );
}

/** Waits until the store has so many runs. */
async function untilRuns({ slackClient, store }: SlackFixture, count: number): Promise<void> {
  await slackClient.waitFor(async () => (await store.list('run')).length >= count);
}

describe('create without flags', () => {
  test('opens a form with the options of Compute Engine', async () => {
    const view = await waitForModal(await started());
    expect(shownIn(view, 'region')).toMatchObject({ values: ['europe-west1', 'us-west1'], initial: 'us-west1' });
    expect(shownIn(view, 'zone')).toMatchObject({
      values: ['us-west1-a', 'us-west1-b', 'us-west1-c'],
      initial: 'us-west1-c',
    });
    expect(shownIn(view, 'machineType').groups).toEqual([
      ['e2 machine types', ['e2-standard-2 · 2 vCPU, 8 GB', 'e2-standard-4 · 4 vCPU, 16 GB']],
      ['n1 machine types', ['n1-standard-1 · 1 vCPU, 3.8 GB']],
      ['Too small for etcd and the API server', ['⚠️ f1-micro · 1 shared vCPU, 0.6 GB']],
    ]);
    expect(shownIn(view, 'version')).toMatchObject({ values: ['1.36.4', '1.20.2'], initial: '1.20.2' });
  });

  test('starts the same run as the command, in the same channel', async () => {
    const slack = await started();
    const { id } = await waitForModal(slack);
    expect(await slack.slackClient.actAs('ada').submitView(id, { name: 'demo' })).toMatchObject({ ok: true });
    await untilRuns(slack, 1);
    expect((await waitForReply(slack, 'Creating')).is_ephemeral).toBe(true);
    const [run] = await slack.store.list('run');
    expect(run?.value).toMatchObject({ operation: 'create', channel: 'C0GENERAL', spec: buildSpec() });
    expect(await slack.slackClient.listViews('ada')).toEqual([]);
  });

  test('accepts every option of the command', async () => {
    const slack = await started();
    const ada = slack.slackClient.actAs('ada');
    const { id } = await waitForModal(slack);
    await ada.clickInView(id, 'create.showAdvanced');
    const { values } = shownIn(await form(slack, (view) => shownIn(view, 'ttl').kind !== undefined), 'region');
    expect(values).toContain('europe-west1');
    const typed = {
      ...{ name: 'demo', region: 'us-west1', zone: 'us-west1-a', machineType: 'f1-micro', forceSize: ['yes'] },
      ...{ controllers: '1', workers: '0', version: '1.36.4', otherType: '', ttl: '8h', pause: ['yes'] },
      ...{ subnet: '10.241.0.0/24', podCidr: '10.201.0.0/16', serviceCidr: '10.33.0.0/24' },
    };
    expect(await ada.submitView(id, typed)).toMatchObject({ ok: true });
    await untilRuns(slack, 1);
    const { otherType: _, ttl: __, pause: ___, ...rest } = typed;
    const spec = { ...rest, forceSize: true, controllers: 1, workers: 0 };
    expect((await slack.store.list('run'))[0]?.value).toMatchObject({ spec, pausesAfterChapters: true });
    const expiresAt = (await slack.store.read('cluster', 'demo'))?.value.expiresAt;
    expect(expiresAt).toEqual(expect.any(String));
  });

  test.each([
    ['another size wins over the list', { otherType: 'n2-highcpu-32' }, { machineType: 'n2-highcpu-32' }],
    ['what is emptied is what nobody chose', { subnet: '', ttl: ' ' }, {}],
  ])('%s', async (_, typed, change) => {
    const slack = await started();
    const ada = slack.slackClient.actAs('ada');
    const { id } = await waitForModal(slack);
    await ada.clickInView(id, 'create.showAdvanced');
    await form(slack, (view) => shownIn(view, 'ttl').kind !== undefined);
    await ada.submitView(id, { name: 'demo', ...typed });
    await untilRuns(slack, 1);
    expect((await slack.store.list('run'))[0]?.value.spec).toEqual(buildSpec(change));
  });

  test.each([
    ['a name that is none', { name: 'Demo' }, { name: expect.stringContaining('lower-case letters') }],
    ['too many workers', { workers: '21' }, { workers: 'at most 20' }],
    ['fewer workers than none', { workers: '-1' }, { workers: 'must be a whole number' }],
    [
      'an undersized machine type',
      { machineType: 'f1-micro' },
      { machineType: expect.stringContaining('614 MB memory (2000 MB') },
    ],
    ['both at once', { name: 'x-', workers: '21' }, { name: expect.any(String), workers: 'at most 20' }],
  ])('shows the error of %s on its field', async (_, typed, errors) => {
    const slack = await started();
    const { id } = await waitForModal(slack);
    const answer = await slack.slackClient.actAs('ada').submitView(id, { name: 'demo', ...typed });
    expect(answer).toMatchObject({ ok: false, errors });
    expect(await slack.slackClient.listViews('ada')).toHaveLength(1);
    expect(await slack.store.list('run')).toEqual([]);
  });

  test('shows errors of IP ranges on their fields', async () => {
    const slack = await started();
    const ada = slack.slackClient.actAs('ada');
    const { id } = await waitForModal(slack);
    await ada.clickInView(id, 'create.showAdvanced');
    await form(slack, (view) => shownIn(view, 'ttl').kind !== undefined);
    const answer = await ada.submitView(id, { name: 'demo', podCidr: '10.240.0.0/16', ttl: '29m' });
    expect(answer.errors).toEqual({ podCidr: 'overlaps `--subnet 10.240.0.0/24`', ttl: 'from 30m to 90d' });
  });

  test('starts one run for concurrent submissions', async () => {
    const slack = await started();
    const { id, private_metadata, callback_id } = await waitForModal(slack);
    const values = { name: { input: { type: 'plain_text_input', value: 'demo' } } };
    const payload = {
      ...{ type: 'view_submission', trigger_id: '1.1.a', team: { id: 'T0000LOCAL', domain: 'local' } },
      user: { id: 'U0000ADA0', name: 'ada', team_id: 'T0000LOCAL' },
      view: { id, private_metadata, callback_id, state: { values } },
    };
    const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
    for (const { status } of await Promise.all([1, 2, 3].map(() => sendToBot(slack, body)))) expect(status).toBe(200);
    await untilRuns(slack, 1);
    await slack.done();
    expect(await slack.store.list('run')).toHaveLength(1);
    const messages = await slack.slackClient.actAs('ada').listMessages(general);
    expect(messages.filter(({ text }) => text.startsWith('Creating'))).toHaveLength(1);
  });

  test('shows the differences to an existing cluster', async () => {
    const slack = await started();
    await slack.slackClient.actAs('ada').sendCommand(general, '/kthw create demo');
    await untilRuns(slack, 1);
    await slack.slackClient.actAs('ada').submitView((await waitForModal(slack)).id, { name: 'demo', workers: '5' });
    expect((await waitForReply(slack, 'already exists with different settings')).is_ephemeral).toBe(true);
    expect(await slack.store.list('run')).toHaveLength(1);
  });
});

describe('places', () => {
  test('lists the zones of the selected region and keeps the suffix', async () => {
    const slack = await started();
    const ada = slack.slackClient.actAs('ada');
    const { id, blocks } = await waitForModal(slack);
    await ada.clickInView(id, 'region', 'europe-west1', { name: 'demo', zone: 'us-west1-b', region: 'europe-west1' });
    const view = await form(slack, (view) => shownIn(view, 'region').initial === 'europe-west1');
    expect(shownIn(view, 'zone')).toMatchObject({
      values: ['europe-west1-b', 'europe-west1-d'],
      initial: 'europe-west1-b',
    });
    expect(shownIn(view, 'name').initial).toBe('demo');
    // With the same id Slack would keep the zone of before.
    const idOf = (all: View['blocks']) =>
      all.find(({ block_id }) => block_id === 'zone')?.element as { action_id: string };
    expect(idOf(view.blocks).action_id).not.toBe(idOf(blocks).action_id);
    await ada.submitView(id, { name: 'demo' });
    await untilRuns(slack, 1);
    const spec = (await slack.store.list('run'))[0]?.value.spec;
    expect([spec?.region, spec?.zone]).toEqual(['europe-west1', 'europe-west1-b']);
  });

  test('shows a mismatch of region and zone on the zone field', async () => {
    const slack = await started();
    const { id } = await waitForModal(slack);
    const answer = await slack.slackClient.actAs('ada').submitView(id, { name: 'demo', region: 'europe-west1' });
    expect(answer.errors).toEqual({ zone: 'not a zone of europe-west1; use the form europe-west1-b' });
  });
});

describe('while Compute Engine has not responded', () => {
  /** Answers when told to. */
  function slowOffers(): ComputeCatalog & { answer(offer: ComputeChoices): void } {
    const { promise, resolve } = Promise.withResolvers<ComputeChoices>();
    return { getCachedChoices: () => ({}), loadChoices: () => promise, answer: resolve };
  }

  test('the form is usable and loads its options later', async () => {
    const offers = slowOffers();
    const slack = await started({ computeCatalog: offers });
    const view = await waitForModal(slack);
    expect(JSON.stringify(view.blocks[0])).toContain('Loading regions');
    expect(shownIn(view, 'zone').values).toEqual(['us-west1-c']);
    offers.answer(sampleChoices);
    const filled = await form(slack, (one) => shownIn(one, 'region').values?.length === 2);
    expect(filled.id).toBe(view.id);
    expect(JSON.stringify(filled.blocks[0])).not.toContain('Loading regions');
    // What is chosen in a field stays chosen where the field keeps its id.
    const ids = (one: View) =>
      one.blocks.flatMap(({ block_id, element }) => `${block_id} ${(element as { action_id: string })?.action_id}`);
    expect(ids(filled)).toEqual(expect.arrayContaining(ids(view).filter((id) => !id.endsWith('undefined'))));
  });

  test('opens the form before any request', async () => {
    let openThen = 0;
    const loadChoices = async () => {
      openThen = (await slack.slackClient.listViews('ada')).length;
      return sampleChoices;
    };
    const slack = await started({ computeCatalog: { getCachedChoices: () => ({}), loadChoices } });
    await waitForModal(slack, (one) => shownIn(one, 'region').values?.length === 2);
    expect(openThen).toBe(1);
  });

  test('can be submitted with the defaults', async () => {
    const slack = await started({ computeCatalog: slowOffers() });
    const { id } = await waitForModal(slack);
    await slack.slackClient.actAs('ada').submitView(id, { name: 'demo' });
    await untilRuns(slack, 1);
    expect((await slack.store.list('run'))[0]?.value.spec).toEqual(buildSpec());
    open.splice(0);
    await slack.workspace.close();
  });

  test("loaded options don't overwrite a click in the meantime", async () => {
    const offers = slowOffers();
    const slack = await started({ computeCatalog: offers });
    const { id } = await waitForModal(slack);
    await slack.slackClient.actAs('ada').clickInView(id, 'create.showAdvanced', undefined, { name: 'demo' });
    await form(slack, (view) => shownIn(view, 'ttl').kind !== undefined);
    offers.answer(sampleChoices);
    const view = await form(slack, (one) => shownIn(one, 'region').values?.length === 2);
    expect(shownIn(view, 'ttl').kind).toBe('plain_text_input');
    expect(shownIn(view, 'name').initial).toBe('demo');
  });

  test('shows the failure and accepts typed values', async () => {
    const problem = 'no answer within 8 s';
    const slack = await started({
      computeCatalog: { getCachedChoices: () => ({}), loadChoices: async () => ({ problem }) },
    });
    const view = await waitForModal(slack, (one) => JSON.stringify(one.blocks[0]).includes(problem));
    expect(['region', 'zone', 'machineType'].map((block) => shownIn(view, block))).toMatchObject([
      { kind: 'plain_text_input', initial: 'us-west1' },
      { kind: 'plain_text_input', initial: 'us-west1-c' },
      { kind: 'plain_text_input', initial: 'e2-standard-2' },
    ]);
    const ada = slack.slackClient.actAs('ada');
    const wrong = await ada.submitView(view.id, { name: 'demo', region: 'mars', zone: 'mars-b' });
    expect(wrong.errors).toEqual({ region: 'not a region; use the form us-west1' });
    await ada.submitView(view.id, { name: 'demo', region: 'us-east1', zone: ' us-east1-b ' });
    await untilRuns(slack, 1);
    expect((await slack.store.list('run'))[0]?.value.spec).toEqual(
      buildSpec({ region: 'us-east1', zone: 'us-east1-b' }),
    );
  });
});

describe('the versions', () => {
  test('are those that the mirror has', async () => {
    const slack = await started({ versionCatalog: createSampleVersions(['1.20.2']) });
    expect(shownIn(await waitForModal(slack), 'version')).toMatchObject({ values: ['1.20.2'], initial: '1.20.2' });
  });

  test('select the newest one if the mirror lacks the default', async () => {
    const slack = await started({ versionCatalog: createSampleVersions(['1.30.14', '1.36.4']) });
    const { id, ...view } = await waitForModal(slack);
    expect(shownIn({ id, ...view }, 'version')).toMatchObject({ values: ['1.36.4', '1.30.14'], initial: '1.36.4' });
    await slack.slackClient.actAs('ada').submitView(id, { name: 'demo' });
    await untilRuns(slack, 1);
    expect((await slack.store.list('run'))[0]?.value.spec.version).toBe('1.36.4');
  });

  test('are loaded after the form is open, and only the default is offered until then', async () => {
    const { promise, resolve } = Promise.withResolvers<readonly string[]>();
    const versionCatalog = { getCachedVersions: () => undefined, loadVersions: () => promise };
    const slack = await started({ versionCatalog });
    const loading = await waitForModal(slack);
    expect(JSON.stringify(loading.blocks[0])).toContain('Loading regions');
    expect(shownIn(loading, 'version')).toMatchObject({ values: ['1.20.2'], initial: '1.20.2' });
    resolve(['1.30.14', '1.36.4']);
    const loaded = await form(slack, (view) => shownIn(view, 'version').values?.length === 2);
    expect(shownIn(loaded, 'version')).toMatchObject({ values: ['1.36.4', '1.30.14'], initial: '1.36.4' });
    // With the old action id, Slack would keep the version that is not available.
    const getActionId = (view: View) => {
      const block = view.blocks.find(({ block_id }) => block_id === 'version') as { element?: { action_id: string } };
      return block.element?.action_id;
    };
    expect(getActionId(loaded)).not.toBe(getActionId(loading));
  });
});

describe('who may not', () => {
  const policy: Policy = { ...allowAllPolicy, creators: [{ team: 'T1', user: 'U1' }] };

  test('create sees a denial instead of the form', async () => {
    const slack = await started({ policy });
    const view = await waitForModal(slack, ({ blocks }) => JSON.stringify(blocks).includes('read-only access'));
    expect(view.submit).toBeUndefined();
  });

  test('is denied on submission too', async () => {
    const offers = { getCachedChoices: () => sampleChoices, loadChoices: async () => sampleChoices };
    const slack = await started({ policy, computeCatalog: offers });
    const payload = {
      ...{ type: 'view_submission', trigger_id: '1.1.a', team: { id: 'T0000LOCAL', domain: 'local' } },
      user: { id: 'U0000ADA0', name: 'ada', team_id: 'T0000LOCAL' },
      view: {
        ...{ id: 'V1', callback_id: 'create.form', private_metadata: '{"asksForChannel":true}' },
        state: {
          values: {
            name: { input: { type: 'plain_text_input', value: 'demo' } },
            channel: { input: { type: 'conversations_select', selected_conversation: 'C0GENERAL' } },
          },
        },
      },
    };
    await sendToBot(slack, new URLSearchParams({ payload: JSON.stringify(payload) }).toString());
    expect((await waitForReply(slack, 'read-only access')).is_ephemeral).toBe(true);
    expect(await slack.store.list('run')).toEqual([]);
  });
});

test("reports a form that can't be opened", async () => {
  const slack = await started();
  await slack.slackClient.injectFaults({ method: 'views.open', error: 'expired_trigger_id' });
  await slack.slackClient.actAs('ada').sendCommand(general, '/kthw create');
  expect((await waitForReply(slack, 'Opening the dialog failed')).is_ephemeral).toBe(true);
});

test('a mention offers a button that opens the form', async () => {
  const slack = await started();
  const ada = slack.slackClient.actAs('ada');
  await ada.sendMessage(general, '@kthw create');
  const { ts } = await waitForReply(slack, 'Configure the new cluster');
  await ada.clickInMessage(general, ts, 'create.openForm');
  expect((await form(slack)).callback_id).toBe('create.form');
  await waitForReply(slack, 'Form opened');
});

test('ignores invalid metadata', async () => {
  const slack = await started();
  const values = { name: { input: { type: 'plain_text_input', value: 'demo' } } };
  const payload = {
    ...{ type: 'view_submission', trigger_id: '1.1.a', team: { id: 'T0000LOCAL', domain: 'local' } },
    user: { id: 'U0000ADA0', name: 'ada', team_id: 'T0000LOCAL' },
    view: { id: 'V1', callback_id: 'create.form', private_metadata: '{"x":1}', state: { values } },
  };
  expect((await sendToBot(slack, new URLSearchParams({ payload: JSON.stringify(payload) }).toString())).status).toBe(
    200,
  );
  await slack.done();
  expect(await slack.store.list('run')).toEqual([]);
});
