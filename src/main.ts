import { startBot } from './bot.ts';
import { readConfig } from './config.ts';

try {
  const bot = await startBot(readConfig(process.env));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void bot.stop().then(() => process.exit(0)));
  }
} catch (error) {
  console.error(`starting kthw: ${(error as Error).message}`);
  process.exit(1);
}
