import { afterEach, describe, expect, test } from 'vitest';
import type { View } from '../../../local/slack/model/view.ts';
import type { EngineEvent } from '../../../src/store/events.ts';
import { stepFinished } from '../../fixtures/run.ts';
import { type SlackFixture, startSlackFixture } from '../../fixtures/slack.ts';

const open: SlackFixture[] = [];
const general = 'general';
afterEach(async () => {
  for (const slack of open.splice(0)) await slack.close();
});

/** A create that Ada asked for, after what happened in it. */
async function building(
  flags: string,
  ...events: readonly EngineEvent[]
): Promise<SlackFixture & { readonly run: string }> {
  const slack = await startSlackFixture();
  open.push(slack);
  await slack.slackClient.actAs('ada').sendCommand(general, `/kthw create demo${flags}`);
  const [run] = await slack.slackClient.waitFor(async () => {
    const runs = await slack.store.list('run');
    return runs.some(({ value }) => value.open) ? runs : undefined;
  });
  await slack.store.append(run?.id ?? '', events);
  slack.notifier.wake(run?.id ?? '');
  return { ...slack, run: run?.id ?? '' };
}

/** The message in the run's thread that says so. */
async function reply({ slackClient }: SlackFixture, words: string) {
  return await slackClient.waitFor(async () => {
    const heads = await slackClient.listMessages(general, 'ada');
    const threads = await Promise.all(heads.map(({ ts }) => slackClient.listThreadMessages(general, ts, 'ada')));
    return threads.flat().find(({ blocks }) => JSON.stringify(blocks ?? []).includes(words));
  });
}

async function modal({ slackClient }: SlackFixture, words: string, who = 'ada'): Promise<View> {
  return await slackClient.waitFor(async () =>
    (await slackClient.listViews(who)).find((view) => JSON.stringify(view.blocks).includes(words)),
  );
}

describe('the result of a phase', () => {
  const long = Array.from({ length: 900 }, (_, i) => `line ${i} of what came back`).join('\n');
  const steps = [
    { ...stepFinished('network/a'), commandOutput: 'name: demo-network' },
    { ...stepFinished('network/b'), commandOutput: long },
  ];

  test('links its chapter and opens the manual commands page by page', async () => {
    const slack = await building('', ...(steps as EngineEvent[]));
    const { ts, blocks } = await reply(slack, 'Show manual steps');
    expect(JSON.stringify(blocks)).toContain('03-compute-resources.md');
    const grace = slack.slackClient.actAs('grace');
    await grace.clickInMessage(general, ts, 'phaseCommands.show');
    const first = await modal(slack, 'name: demo-network', 'grace');
    expect(JSON.stringify(first.blocks)).toContain('Page 1 of');
    await grace.clickInView(first.id, 'phaseCommands.page.1');
    const second = await modal(slack, 'Page 2 of', 'grace');
    expect(JSON.stringify(second.blocks)).not.toContain('name: demo-network');
    await grace.clickInView(second.id, 'phaseCommands.page.0');
    await modal(slack, 'name: demo-network', 'grace');
    expect(await slack.slackClient.listViews('ada')).toEqual([]);
  });
});

describe('a create that pauses', () => {
  const done: readonly EngineEvent[] = [
    stepFinished('network/a'),
    stepFinished('network/b'),
    { type: 'pause.requested', chapter: 3 },
  ];

  test('asks in its thread, and shows who clicked first', async () => {
    const slack = await building(' --pause', ...done);
    expect((await slack.store.read('run', slack.run))?.value.pausesAfterChapters).toBe(true);
    const prompt = await reply(slack, 'pause.continue');
    const heads = await slack.slackClient.listMessages(general, 'ada');
    expect(JSON.stringify(heads)).toContain('paused after chapter 3');
    await slack.slackClient.actAs('grace').clickInMessage(general, prompt.ts, 'pause.continueToEnd');
    const after = await reply(slack, 'Continued without further pauses');
    expect(after.ts).toBe(prompt.ts);
    expect(JSON.stringify(after.blocks)).not.toContain('pause.continue');
    const events = await slack.store.readEvents(slack.run);
    expect(events.flatMap(({ event }) => (event.type === 'pause.resolved' ? [event] : []))).toEqual([
      {
        type: 'pause.resolved',
        chapter: 3,
        actor: expect.objectContaining({ user: expect.any(String) }),
        decision: 'continueToEnd',
      },
    ]);
  });

  test('also shows its buttons in the status', async () => {
    const slack = await building(' --pause', ...done);
    const ada = slack.slackClient.actAs('ada');
    await ada.sendCommand(general, '/kthw status demo');
    const status = await slack.slackClient.waitFor(async () =>
      (await ada.listMessages(general)).find(
        ({ is_ephemeral, blocks }) => is_ephemeral && JSON.stringify(blocks).includes('pause.stop'),
      ),
    );
    await ada.clickInMessage(general, status.ts, 'pause.stop');
    await reply(slack, 'Stopped by');
    const view = await slack.clusterService.getRunView(slack.run);
    expect(view).toMatchObject({ cancelRequested: true });
    expect(view?.pausedAfterChapter).toBeUndefined();
  });
});
