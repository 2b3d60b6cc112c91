import type { SlackEmulatorOptions } from '../../local/slack/slack-emulator-options.ts';

const slowdown = 10;
const startedMs = Date.now();

/** Slack's limit of three seconds would fail tests on a busy machine, so the ack timeout is long and the clock slow. */
export const emulatorOptions: SlackEmulatorOptions = {
  ackTimeoutMs: 60_000,
  now: () => startedMs + (Date.now() - startedMs) / slowdown,
};
