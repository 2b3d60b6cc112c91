import { startApp } from './app.ts';
import { readConfig, secretVariables } from './config.ts';
import { resolveSecrets } from './secrets/secret-source.ts';

try {
  const environment = await resolveSecrets(process.env, secretVariables, { endpoint: process.env.KTHW_SECRETS_URL });
  const app = await startApp(readConfig(environment));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void app.stop().then(() => process.exit(0)));
  }
} catch (error) {
  console.error(`starting kthw: ${(error as Error).message}`);
  process.exit(1);
}
