/**
 * Measures the time from process start to the first acknowledged Slack request, as after a deploy or scale-up. Starts
 * the entry point of app.yaml and repeats a signed `/kthw help` until it is acknowledged. The baseline is a process
 * that only responds, so compare by ratio.
 * `node bench/cold-start.ts [ROUNDS]`. If FIRESTORE_EMULATOR_HOST names Google's Firestore emulator, also measures the
 * App Engine configuration: Firestore, Cloud KMS and Secret Manager, emulated locally and thus without network latency.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '../local/find-free-port.ts';
import { readBotCommand } from '../local/read-bot-command.ts';
import { buildSignatureHeaders } from '../local/slack/bot/signing.ts';
import { CloudKms } from '../test/support/cloud-kms.ts';
import { startGoogleApi } from '../test/support/google-api.ts';

interface ServerVariant {
  readonly name: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const rounds = Number(process.argv[2] ?? 5);
const signingSecret = 'bench';
const timeoutMs = 60_000;
const key = 'projects/p/locations/us-west1/keyRings/kthw/cryptoKeys/data-keys';
const bareServerScript = `require('node:http').createServer((_, r) => r.end('{}')).listen(process.env.PORT, '127.0.0.1')`;

const kms = await CloudKms.start();
kms.make(key);
const values: Record<string, string> = { token: 'xoxb-bench', signing: signingSecret };
const secrets = await startGoogleApi((_, path) => {
  const value = values[/secrets\/(\w+)\//.exec(path)?.[1] ?? ''] ?? '';
  return { payload: { data: Buffer.from(value).toString('base64') } };
});
const slack = await startGoogleApi(() => ({ ok: true }));
const folder = mkdtempSync(join(tmpdir(), 'kthw-cold-'));
const common = {
  HOST: '127.0.0.1',
  SLACK_API_URL: `${slack.url}/api/`,
  GOOGLE_CLOUD_PROJECT: 'demo-kthw',
  METADATA_SERVER_DETECTION: 'none',
  KTHW_COMPUTE_URL: slack.url,
  LOG_LEVEL: 'silent',
};
const emulator = process.env.FIRESTORE_EMULATOR_HOST;
const { options, script } = readBotCommand();
const entry = [...options, script];
const variants: ServerVariant[] = [
  { name: 'a server that only answers', args: ['-e', bareServerScript], env: {} },
  {
    name: 'kthw on SQLite and a key file',
    args: entry,
    env: {
      ...common,
      SLACK_BOT_TOKEN: 'xoxb-bench',
      SLACK_SIGNING_SECRET: signingSecret,
      KTHW_SQLITE_PATH: join(folder, 'kthw.sqlite'),
      KTHW_KEY_FILE: join(folder, 'key'),
    },
  },
  ...(emulator
    ? [
        {
          name: 'kthw as on App Engine',
          args: entry,
          env: {
            ...common,
            GAE_ENV: 'standard',
            FIRESTORE_EMULATOR_HOST: emulator,
            KTHW_STORE: 'firestore',
            KTHW_KMS_KEY: key,
            KTHW_KMS_URL: kms.url,
            KTHW_SECRETS_URL: secrets.url,
            SLACK_BOT_TOKEN: 'secret-manager:projects/p/secrets/token/versions/latest',
            SLACK_SIGNING_SECRET: 'secret-manager:projects/p/secrets/signing/versions/latest',
          },
        },
      ]
    : []),
];

const timesByVariant = new Map(variants.map(({ name }) => [name, [] as number[]]));
const cpuTimesByVariant = new Map(variants.map(({ name }) => [name, [] as number[]]));
const warmupsByVariant = new Map<string, string>();
// Interleave the variants, so that a slowdown of the machine affects all.
for (let round = 0; round < rounds; round++) {
  for (const kind of variants) {
    const { ms, cpuMs, warmMs, rssMb } = await coldStart(kind);
    timesByVariant.get(kind.name)?.push(ms);
    cpuTimesByVariant.get(kind.name)?.push(cpuMs);
    warmupsByVariant.set(kind.name, `warm after ${warmMs.toFixed(0)} ms, ${rssMb} MB`);
  }
}
const base = median(timesByVariant.get(variants[0]?.name ?? '') ?? []);
for (const { name } of variants) {
  const samples = timesByVariant.get(name) ?? [];
  const [medianMs, worstMs] = [median(samples), Math.max(...samples)];
  const ratio = (medianMs / base).toFixed(1);
  console.log(
    `${name}: ${medianMs.toFixed(0)} ms median, ${worstMs.toFixed(0)} ms maximum of ${rounds}; ${ratio} × baseline; ${median(cpuTimesByVariant.get(name) ?? []).toFixed(0)} ms CPU time; ${warmupsByVariant.get(name)}`,
  );
}
rmSync(folder, { recursive: true });
await Promise.all([kms.stop(), secrets.stop(), slack.stop()]);

async function coldStart({
  args,
  env,
}: ServerVariant): Promise<{ ms: number; cpuMs: number; warmMs: number; rssMb: number }> {
  const port = await findFreePort('127.0.0.1');
  const started = performance.now();
  const child = spawn(process.execPath, [...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { PATH: process.env.PATH ?? '', PORT: String(port), ...env },
  });
  const ended = once(child, 'exit');
  try {
    for (;;) {
      if (performance.now() - started > timeoutMs || child.exitCode !== null)
        throw new Error('no acknowledgement received');
      if (await isAcknowledged(`http://127.0.0.1:${port}/slack/events`)) break;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const ms = performance.now() - started;
    const cpuMs = readCpuMs(child.pid ?? 0);
    // App Engine sends this warmup request before any traffic.
    await (await fetch(`http://127.0.0.1:${port}/_ah/warmup`)).text();
    const rss = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
    return { ms, cpuMs, warmMs: performance.now() - started, rssMb: Math.round(Number(rss) / 1024) };
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}

async function isAcknowledged(url: string): Promise<boolean> {
  const body = new URLSearchParams({
    ...{ command: '/kthw', text: 'help', team_id: 'T1', user_id: 'U1', channel_id: 'C1' },
    ...{ trigger_id: String(performance.now()), response_url: 'http://127.0.0.1:9/' },
  }).toString();
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    ...buildSignatureHeaders(signingSecret, Math.floor(Date.now() / 1000), body),
  };
  const response = await fetch(url, { method: 'POST', headers, body }).catch(() => undefined);
  await response?.text();
  return response?.status === 200;
}

/** CPU time of the process so far. Unlike elapsed time it is independent of other load. */
function readCpuMs(pid: number): number {
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const [user = 0, system = 0] = fields.split(' ').slice(11, 13).map(Number);
  return (user + system) * 10;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
