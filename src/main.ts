import { startBot } from './app.ts';
import { readConfig, secretVariables } from './config.ts';
import { withSecrets } from './secrets/secret-source.ts';

try {
  const environment = await withSecrets(process.env, secretVariables, { endpoint: process.env.KTHW_SECRETS_URL });
  const bot = await startBot(readConfig(environment));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void bot.stop().then(() => process.exit(0)));
  }
} catch (error) {
  console.error(`starting kthw: ${(error as Error).message}`);
  process.exit(1);
}
