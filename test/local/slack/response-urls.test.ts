import { expect, it } from 'vitest';
import { ResponseUrls } from '../../../local/slack/bot/response-urls.ts';
import { TriggerIds } from '../../../local/slack/bot/trigger-ids.ts';

it('a response URL expires after 30 minutes', () => {
  let nowMs = 0;
  const urls = new ResponseUrls(() => nowMs);
  const key = urls.issue('T1', { channel: 'C1', user: 'U1' }).split('/').at(-1) ?? '';
  nowMs = 30 * 60_000;
  expect(urls.consume(key)).toMatchObject({ channel: 'C1', user: 'U1' });
  nowMs += 1;
  expect(urls.consume(key)).toBe('expired_url');
  expect(urls.consume('unknown')).toBe('expired_url');
});

it('a trigger id opens one modal within three seconds', () => {
  let nowMs = 1000;
  const triggers = new TriggerIds('T0000LOCAL', () => nowMs);
  const [first, second] = [triggers.issue('U1'), triggers.issue('U1')];
  nowMs += 3000;
  expect(triggers.exchange(first)).toEqual({ user: 'U1' });
  expect(triggers.exchange(first)).toEqual({ error: 'exchanged_trigger_id' });
  nowMs += 1;
  expect(triggers.exchange(second)).toEqual({ error: 'expired_trigger_id' });
  expect(triggers.exchange('made up')).toEqual({ error: 'invalid_trigger_id' });
});
