import { parseArgs } from 'node:util';
import { getMirrorCacheDir } from './cache-dir.ts';
import { ensureMirror } from './ensure-mirror.ts';
import { startMirror } from './start-mirror.ts';

const usage = `usage: main.ts [--host 127.64.0.1] [--port 0] [--cache DIRECTORY] [--make-only] [--no-upstream]

Builds the mirror's cache if needed and serves it on a loopback address.
Environment, required to serve: KTHW_MIRROR_TOKEN, the bearer token of /_local/`;

const { values } = parseArgs({
  options: {
    host: { type: 'string', default: '127.64.0.1' },
    port: { type: 'string', default: '0' },
    cache: { type: 'string', default: getMirrorCacheDir() },
    'make-only': { type: 'boolean', default: false },
    'no-upstream': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

async function main(): Promise<void> {
  if (values.help) return console.log(usage);
  const token = process.env.KTHW_MIRROR_TOKEN;
  if (!token && !values['make-only']) throw new Error('KTHW_MIRROR_TOKEN is required');
  // Programs that build the cache must not inherit the token.
  delete process.env.KTHW_MIRROR_TOKEN;
  const stop = new AbortController();
  const stopped = new Promise<void>((resolve) =>
    stop.signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => stop.abort(new Error(`stopped by ${name}`)));
  const log = (line: string) => console.error(line);
  await ensureMirror(values.cache, log, {
    signal: stop.signal,
    ...(values['no-upstream'] ? { upstream: undefined } : {}),
  });
  if (!token || values['make-only']) return;
  const mirror = await startMirror({
    cacheDir: values.cache,
    host: values.host,
    port: Number(values.port),
    token,
    log,
  });
  console.log(`listening ${mirror.url}`);
  await stopped;
  await mirror.close();
}

try {
  await main();
} catch (error) {
  console.error(`mirror: ${(error as Error).message}`);
  process.exitCode = 1;
}
