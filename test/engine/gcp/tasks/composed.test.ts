import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startApp } from '../../../../src/app.ts';
import { readConfig } from '../../../../src/config.ts';
import { ClusterSpec } from '../../../../src/store/records.ts';
import { openSqliteStore } from '../../../../src/store/sqlite/sqlite-store.ts';
import { buildCluster } from '../../../fixtures/cluster.ts';
import { CloudTasks } from '../../../support/cloud-tasks.ts';
import { clusterRecord, runRecord } from '../../../support/store-fixtures.ts';

const environment = {
  PORT: '0',
  HOST: '127.0.0.1',
  SLACK_SIGNING_SECRET: 's',
  SLACK_BOT_TOKEN: 'xoxb-t',
  GOOGLE_CLOUD_PROJECT: 'p',
  SLACK_API_URL: 'http://127.0.0.1:9',
  KTHW_COMPUTE_URL: 'http://127.0.0.1:9',
  LOG_LEVEL: 'silent',
};
const queue = 'projects/p/locations/us-west1/queues/kthw';

test('the bot accepts runs from its queue only and hands them over when it stops', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kthw-bot-'));
  const tasks = await CloudTasks.start();
  const path = join(folder, 'store.sqlite');
  const store = openSqliteStore({ path });
  onTestFinished(async () => {
    await tasks.stop();
    await store.close();
    rmSync(folder, { recursive: true });
  });
  const spec = ClusterSpec.parse(buildCluster());
  await store.write('run', 'r1', runRecord({ spec }), undefined);
  await store.append('r1', [{ type: 'run.requested', operation: 'create', actor: { team: 'T1', user: 'U1' } }]);
  await store.write('cluster', 'demo', clusterRecord({ spec, activeRun: 'r1', runs: ['r1'] }), undefined);

  tasks.hold();
  // Slack and Google are unreachable, so the run stays in its first step.
  const nowhere = 'http://127.0.0.1:9';
  const config = readConfig({
    ...environment,
    SLACK_API_URL: nowhere,
    KTHW_COMPUTE_URL: nowhere,
    KTHW_SQLITE_PATH: path,
    KTHW_KEY_FILE: join(folder, 'key'),
    KTHW_DISPATCH: 'cloud-tasks',
    KTHW_TASKS_QUEUE: queue,
    KTHW_TASKS_URL: tasks.endpoint,
    GAE_SERVICE: 'bot',
  });
  const bot = await startApp(config);
  expect(tasks.calls).toMatchObject([{ task: { appEngineHttpRequest: { appEngineRouting: { service: 'bot' } } } }]);
  expect((await fetch(`${bot.url}/internal/run`, { method: 'POST', body: '{}' })).status).toBe(403);
  expect(await store.readEvents('r1')).toHaveLength(1);

  tasks.targets = [bot.url];
  await tasks.until(() => tasks.held === 1);
  tasks.release();
  const typesSeen = async () => (await store.readEvents('r1')).map(({ event }) => event.type);
  await expect.poll(typesSeen, { timeout: 20_000 }).toContain('step.started');
  tasks.hold();
  await bot.stop();
  await tasks.until(() => tasks.deliveries.length > 0);
  expect(tasks.deliveries[0]).toMatchObject({ status: 200, answer: 'aborted' });
  expect(tasks.calls.at(-1)?.task.name).toContain('-timeSliceEnded-');
});

test.each([
  ['no queue', { KTHW_TASKS_URL: 'http://127.0.0.1:1' }, 'KTHW_TASKS_QUEUE'],
  ['a short name', { KTHW_TASKS_QUEUE: 'kthw', GAE_ENV: 'standard' }, 'KTHW_TASKS_QUEUE'],
  ['another place than App Engine', { KTHW_TASKS_QUEUE: queue }, 'KTHW_DISPATCH'],
  ['a foreign API', { KTHW_TASKS_QUEUE: queue, KTHW_TASKS_URL: 'http://127.example.com:80' }, 'KTHW_TASKS_URL'],
])('refuses to start on a queue with %s', (_, changes, name) => {
  expect(() => readConfig({ ...environment, KTHW_DISPATCH: 'cloud-tasks', ...changes })).toThrow(name);
});

test('requires the queue name on App Engine only', () => {
  const kept = { KTHW_STORE: 'firestore', KTHW_KMS_KEY: 'projects/p/locations/l/keyRings/r/cryptoKeys/k' };
  const tasks = { KTHW_DISPATCH: 'cloud-tasks', GAE_ENV: 'standard', KTHW_TASKS_QUEUE: queue };
  const onAppEngine = { ...environment, ...kept, ...tasks };
  expect(readConfig(onAppEngine).KTHW_TASKS_QUEUE).toBe(queue);
  expect(readConfig(environment).KTHW_DISPATCH).toBe('process');
});
