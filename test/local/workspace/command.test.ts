import { afterEach, describe, expect, it } from 'vitest';
import { type Harness, startHarness } from './harness.ts';

let harness: Harness;
afterEach(() => harness.close());

describe('a slash command', () => {
  it('reaches Bolt with its fields and is acknowledged', async () => {
    harness = await startHarness((app) => {
      app.command('/kthw', async ({ ack, command }) => ack({ text: JSON.stringify(command) }));
    });
    const ack = await harness.people.as('ada').command('clusters', '/kthw create demo for @grace');
    const fields = JSON.parse((ack.body as { text: string }).text);
    expect(fields).toMatchObject({
      command: '/kthw',
      text: 'create demo for <@U000GRACE|grace>',
      channel_id: 'C0CLUSTER',
      channel_name: 'clusters',
      user_id: 'U0000ADA0',
      user_name: 'ada',
      team_id: 'T0000LOCAL',
    });
    expect(fields.trigger_id).toMatch(/^\d+\.\d+\.[0-9a-f]{32}$/);
    expect(fields.response_url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/response\//);
  });

  it('shows the answer only to the person who asked', async () => {
    harness = await startHarness((app) => app.command('/kthw', async ({ ack }) => ack('hello')));
    await harness.people.as('ada').command('clusters', '/kthw help');
    expect(await harness.people.messages('clusters', 'ada')).toMatchObject([{ text: 'hello', is_ephemeral: true }]);
    expect(await harness.people.messages('clusters', 'grace')).toEqual([]);
  });
});
