import type { SlackEmulatorOptions } from '../../local/slack/slack-emulator-options.ts';

const times = 10;
const startedMs = Date.now();

/** A workspace that waits longer than Slack, whose three seconds for an answer are not what tests in a browser are about. */
export const patient: SlackEmulatorOptions = {
  ackTimeoutMs: 60_000,
  now: () => startedMs + (Date.now() - startedMs) / times,
};
