import { parseArgs } from 'node:util';
import { buildPage } from './build-page.ts';
import { readEdition } from './read-edition.ts';
import { startSlackEmulator } from './start-slack-emulator.ts';

// Secrets are read from the environment only: all users of the machine can read argument lists.
const { env } = process;
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: env.KTHW_SLACK_PORT ?? '3001' },
    'bot-url': { type: 'string', default: env.KTHW_SLACK_BOT_URL ?? 'http://127.0.0.1:3000/slack/events' },
    'state-file': { type: 'string', default: env.KTHW_SLACK_STATE_FILE ?? '' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log('usage: main.ts [--port N] [--bot-url URL] [--state-file FILE]');
  console.log(
    'environment: KTHW_SLACK_EDITION=plain|grid|connect|guest; required: SLACK_SIGNING_SECRET, SLACK_BOT_TOKEN, KTHW_SLACK_ACCESS_TOKEN',
  );
  process.exit(0);
}

const { SLACK_SIGNING_SECRET: signingSecret, SLACK_BOT_TOKEN: botToken, KTHW_SLACK_ACCESS_TOKEN: accessToken } = env;
if (!signingSecret || !botToken || !accessToken) {
  console.error('SLACK_SIGNING_SECRET, SLACK_BOT_TOKEN and KTHW_SLACK_ACCESS_TOKEN are required');
  process.exit(1);
}

// Build in advance, so that the first visit does not wait.
await buildPage();
const workspace = await startSlackEmulator({
  port: Number(values.port),
  botUrl: values['bot-url'],
  signingSecret,
  botToken,
  accessToken,
  edition: readEdition(env),
  ...(values['state-file'] && { stateFile: values['state-file'] }),
});
console.log(`listening ${workspace.url}`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void workspace.close());
