import { afterEach, describe, expect, test } from 'vitest';
import { deleteKubeconfigFiles } from '../../../src/commands/notifier/delete-kubeconfig-files.ts';
import { buildCreateEvents, buildSpec } from '../../fixtures/run.ts';
import { type SlackFixture, startSlackFixture } from '../../fixtures/slack.ts';

const channel = 'C0CLUSTER';
const ada = { team: 'T0000LOCAL', user: 'U0000ADA0' };
const hourMs = 3_600_000;
const fixtures: SlackFixture[] = [];

afterEach(async () => {
  for (const slack of fixtures.splice(0)) await slack.close();
});

async function start(): Promise<SlackFixture> {
  const slack = await startSlackFixture();
  fixtures.push(slack);
  return slack;
}

/** Requests a cluster and marks it as ready, as the end of its run does. */
async function createCluster({ clusterService, store }: SlackFixture): Promise<string> {
  const result = await clusterService.createCluster({ spec: buildSpec(), requester: ada, channel });
  if (!('run' in result)) throw new Error('the cluster is locked');
  await changeCluster({ store }, { settledState: 'ready', activeRun: undefined });
  return result.run;
}

/** With a ready cluster and no kubeconfig. */
async function startReady(): Promise<SlackFixture> {
  const slack = await start();
  await slack.store.append(await createCluster(slack), [{ type: 'run.finished', outcome: 'cancelled' }]);
  return slack;
}

/** Issues a kubeconfig that is not delivered yet. */
async function issue({ clusterService }: SlackFixture) {
  const issued = await clusterService.issueKubeconfig('demo', { requester: ada, role: 'view' });
  if (!issued || 'notReady' in issued) throw new Error('no kubeconfig was issued');
  return issued;
}

async function changeCluster({ store }: Pick<SlackFixture, 'store'>, change: object): Promise<void> {
  const found = await store.read('cluster', 'demo');
  if (found) await store.write('cluster', 'demo', { ...found.value, ...change }, found.version);
}

/** Each way to request a kubeconfig. */
const requests: Record<string, (slack: SlackFixture) => Promise<void>> = {
  async command(slack) {
    await slack.store.append(await createCluster(slack), [{ type: 'run.finished', outcome: 'cancelled' }]);
    await slack.slackClient.actAs('ada').sendCommand(channel, '/kthw kubeconfig demo');
  },
  async mention(slack) {
    await slack.store.append(await createCluster(slack), [{ type: 'run.finished', outcome: 'cancelled' }]);
    await slack.slackClient.actAs('ada').sendMessage(channel, '@kthw kubeconfig demo');
  },
  async 'button on the Home tab'(slack) {
    await slack.store.append(await createCluster(slack), [{ type: 'run.finished', outcome: 'cancelled' }]);
    const person = slack.slackClient.actAs('ada');
    await person.openHome();
    const view = await slack.slackClient.waitFor(async () => {
      const home = await slack.slackClient.getHomeView('ada');
      return home && JSON.stringify(home.blocks).includes('home.kubeconfig') ? home : undefined;
    });
    await person.clickInView(view.id, 'home.kubeconfig', JSON.stringify({ cluster: 'demo' }));
  },
  async 'end of create'(slack) {
    const run = await createCluster(slack);
    await slack.store.append(run, buildCreateEvents());
    slack.notifier.wake(run);
  },
};

/** Each way a delivered kubeconfig ends, with the words of the DM. */
const ends: Record<string, { words: string; offsetMs?: number; end(slack: SlackFixture): Promise<unknown> }> = {
  revocation: {
    words: 'was revoked',
    end: ({ clusterService }) => clusterService.revokeKubeconfigs('demo', { grantee: ada, requester: ada }),
  },
  expiry: { words: 'has expired', offsetMs: 25 * hourMs, end: async () => {} },
  'cluster deletion': {
    words: 'the cluster was deleted',
    end: (slack) => changeCluster(slack, { settledState: 'deleted' }),
  },
};

async function deleteFiles({ store, clusterService, chat, logged }: SlackFixture, offsetMs = 0): Promise<void> {
  await deleteKubeconfigFiles({
    ...{ store, clusterService, chat },
    now: () => new Date(Date.now() + offsetMs),
    log: (fields, message) => void logged.push({ ...fields, message }),
  });
}

async function listDms(slack: SlackFixture): Promise<{ text: string; files: string[] }[]> {
  const messages = await slack.slackClient.listDmMessages('ada');
  return messages.map(({ text, files = [] }) => ({ text, files: files.map(({ id }) => id) }));
}

/** Waits for a delivered kubeconfig. @returns the ids of its files */
async function waitForDelivery(slack: SlackFixture, count = 1): Promise<string[]> {
  await slack.slackClient.waitFor(
    async () => {
      const grants = await slack.store.list('kubeconfigGrant');
      return grants.filter(({ value }) => value.deliveredAt).length === count || undefined;
    },
    { deadlineMs: 25_000 },
  );
  return (await slack.store.list('kubeconfigFile')).flatMap(({ value }) => value.fileIds);
}

/** The DM keeps only a tombstone of each file, and the page offers none. */
async function expectDeleted(slack: SlackFixture, files: readonly string[]): Promise<void> {
  for (const id of files) {
    const messages = await slack.slackClient.listDmMessages('ada');
    expect(messages.flatMap((one) => one.files ?? []).find((file) => file.id === id)).toEqual({
      id,
      mode: 'tombstone',
    });
    await expect(slack.slackClient.downloadFile('ada', id)).rejects.toThrow();
  }
  expect(await slack.slackClient.listFiles('ada')).toEqual([]);
  expect(await slack.store.list('kubeconfigFile')).toEqual([]);
}

describe.each(Object.keys(requests))('a kubeconfig requested by %s', (way) => {
  const request = requests[way] as (slack: SlackFixture) => Promise<void>;

  test.each(Object.keys(ends))('loses its file after %s, and the DM says so', async (name) => {
    const { words, offsetMs, end } = ends[name] as (typeof ends)[string];
    const slack = await start();
    await request(slack);
    const files = await waitForDelivery(slack);
    expect(files).toHaveLength(1);
    await deleteFiles(slack);
    expect(String(await slack.slackClient.downloadFile('ada', files[0] ?? ''))).toBe('kind: Config');
    await end(slack);
    await deleteFiles(slack, offsetMs);
    await expectDeleted(slack, files);
    await deleteFiles(slack, offsetMs);
    expect((await listDms(slack)).filter(({ text }) => text.includes(words))).toHaveLength(1);
  });

  test('is withdrawn and not audited when its delivery fails', async () => {
    const slack = await start();
    await slack.slackClient.injectFaults({
      method: 'files.completeUploadExternal',
      error: 'posting_to_channel_denied',
    });
    await request(slack);
    await slack.slackClient.waitFor(
      async () => (await slack.store.list('kubeconfigGrant')).some(({ value }) => value.withdrawnAt) || undefined,
      { deadlineMs: 25_000 },
    );
    expect(await slack.clusterService.listGrants('demo')).toEqual([]);
    expect(JSON.stringify(await slack.clusterService.getAuditLog('demo'))).not.toContain('kubeconfig');
    await deleteFiles(slack, 11 * 60_000);
    expect(await slack.store.list('kubeconfigFile')).toEqual([]);
    expect((await listDms(slack)).flatMap(({ files }) => files)).toEqual([]);
  });
});

describe('a failed delivery', () => {
  test.each([
    { method: 'conversations.open', error: 'user_disabled' },
    { method: 'files.getUploadURLExternal', error: 'missing_scope' },
    { method: 'upload', status: 500 },
    { method: 'files.completeUploadExternal', error: 'internal_error' },
  ])('at $method withdraws the kubeconfig, and one sentence says so', async (fault) => {
    const slack = await start();
    await slack.slackClient.injectFaults(fault);
    await requests.command?.(slack);
    const ada = slack.slackClient.actAs('ada');
    const reply = await slack.slackClient.waitFor(async () =>
      (await ada.listMessages(channel)).find(({ text }) => text.includes('so I withdrew it')),
    );
    expect(reply).toMatchObject({ is_ephemeral: true });
    expect(JSON.stringify(reply.blocks)).toContain('/kthw kubeconfig demo');
    const [grant] = await slack.store.list('kubeconfigGrant');
    expect(grant?.value).toHaveProperty('withdrawnAt');
    expect(JSON.stringify(await slack.clusterService.getAuditLog('demo'))).not.toContain('received kubeconfig');
    await deleteFiles(slack, 11 * 60_000);
    expect(await slack.slackClient.listFiles('ada')).toEqual([]);
    expect(await slack.store.list('kubeconfigFile')).toEqual([]);
  });

  test('loses a file that Slack shares after the withdrawal', async () => {
    const slack = await startReady();
    const issued = await issue(slack);
    const dm = await slack.chat.openDm(ada.user);
    const file = { name: 'demo.kubeconfig', content: issued.file, comment: { text: 'yours', blocks: [] } };
    await slack.chat.uploadFile(dm, file, async (id) => {
      await slack.clusterService.recordKubeconfigFile('demo', issued.id, { id, channel: dm });
      await slack.clusterService.withdrawKubeconfig('demo', issued.id);
      await deleteFiles(slack);
    });
    const [stored] = await slack.store.list('kubeconfigFile');
    await deleteFiles(slack, 11 * 60_000);
    await expectDeleted(slack, stored?.value.fileIds ?? []);
  });

  test('loses its file while the API is unreachable, and its binding later', async () => {
    const slack = await startReady();
    const issued = await issue(slack);
    const dm = await slack.chat.openDm(ada.user);
    const file = { name: 'demo.kubeconfig', content: issued.file, comment: { text: 'yours', blocks: [] } };
    await slack.chat.uploadFile(dm, file, async (id) => {
      await slack.clusterService.recordKubeconfigFile('demo', issued.id, { id, channel: dm });
    });
    let isReachable = false;
    const clusterService = { withdrawKubeconfig: async () => isReachable };
    await deleteFiles({ ...slack, clusterService: { ...slack.clusterService, ...clusterService } }, 11 * 60_000);
    expect(await slack.slackClient.listFiles('ada')).toEqual([]);
    expect(await slack.store.list('kubeconfigFile')).toHaveLength(1);
    isReachable = true;
    await deleteFiles({ ...slack, clusterService: { ...slack.clusterService, ...clusterService } }, 13 * 60_000);
    expect(await slack.store.list('kubeconfigFile')).toEqual([]);
    expect((await listDms(slack)).filter(({ text }) => text.includes('did not confirm'))).toHaveLength(1);
  });

  test('of a process that ended before the upload is withdrawn after 10 minutes, without a DM', async () => {
    const slack = await startReady();
    await issue(slack);
    await deleteFiles(slack, 11 * 60_000);
    expect((await slack.store.list('kubeconfigGrant'))[0]?.value).toHaveProperty('withdrawnAt');
    expect(await slack.store.list('kubeconfigFile')).toEqual([]);
    expect(await listDms(slack)).toEqual([]);
  });
});

describe('the deletion of kubeconfig files', () => {
  async function startWithRevoked(count = 1) {
    const slack = await start();
    await requests.command?.(slack);
    await waitForDelivery(slack);
    for (let issued = 1; issued < count; issued++) {
      await slack.slackClient.actAs('ada').sendCommand(channel, '/kthw kubeconfig demo');
      await waitForDelivery(slack, issued + 1);
    }
    const files = await waitForDelivery(slack, count);
    await ends.revocation?.end(slack);
    return { slack, files };
  }

  test('deletes every file of a person with several kubeconfigs', async () => {
    const { slack, files } = await startWithRevoked(3);
    expect(files).toHaveLength(3);
    await deleteFiles(slack);
    await expectDeleted(slack, files);
  });

  test('accepts a file that a person deleted', async () => {
    const { slack, files } = await startWithRevoked();
    await slack.chat.deleteFile(files[0] ?? '');
    await deleteFiles(slack);
    await expectDeleted(slack, files);
    expect(JSON.stringify(await listDms(slack))).toContain('was revoked');
  });

  test.each(['internal_error', 'ratelimited', 'invalid_auth'])('retries after %s, in a later pass', async (error) => {
    const { slack, files } = await startWithRevoked();
    await slack.slackClient.injectFaults({ method: 'files.delete', error });
    await deleteFiles(slack);
    expect(await slack.slackClient.listFiles('ada')).toHaveLength(1);
    expect(await slack.store.list('kubeconfigFile')).toHaveLength(1);
    expect(JSON.stringify(await listDms(slack))).not.toContain('was revoked');
    await deleteFiles(slack, 60_000);
    await expectDeleted(slack, files);
  });

  test('asks the owner to delete a file that Slack refuses to delete', async () => {
    const { slack } = await startWithRevoked();
    await slack.slackClient.injectFaults({ method: 'files.delete', error: 'file_deleting_disabled' });
    await deleteFiles(slack);
    expect(JSON.stringify(await listDms(slack))).toContain('Slack refused to delete');
    expect(await slack.store.list('kubeconfigFile')).toEqual([]);
  });

  test('posts the DM again when Slack was unavailable for it', async () => {
    const { slack, files } = await startWithRevoked();
    await slack.slackClient.injectFaults({ method: 'chat.postMessage', error: 'internal_error' });
    await deleteFiles(slack);
    expect(await slack.store.list('kubeconfigFile')).toHaveLength(1);
    await deleteFiles(slack, 60_000);
    await expectDeleted(slack, files);
    expect((await listDms(slack)).filter(({ text }) => text.includes('was revoked'))).toHaveLength(1);
  });

  test.each(['deleteFile', 'postMessage', 'remove'] as const)(
    'posts one DM when the process ends after its call of %s',
    async (call) => {
      const { slack, files } = await startWithRevoked();
      const crash = () => Promise.reject(new Error('the process ended'));
      const chat = { ...slack.chat };
      if (call === 'deleteFile') chat.deleteFile = (id) => slack.chat.deleteFile(id).then(crash);
      if (call === 'postMessage') chat.postMessage = (...args) => slack.chat.postMessage(...args).then(crash);
      const store = Object.assign(Object.create(slack.store), call === 'remove' ? { remove: crash } : {});
      await deleteFiles({ ...slack, chat, store });
      expect(await slack.store.list('kubeconfigFile')).toHaveLength(1);
      expect(await slack.slackClient.listFiles('ada')).toEqual([]);
      await deleteFiles(slack, 60_000);
      await expectDeleted(slack, files);
      expect((await listDms(slack)).filter(({ text }) => text.includes('was revoked'))).toHaveLength(1);
    },
  );

  test('lets one of two processes delete a file', async () => {
    const { slack } = await startWithRevoked();
    await Promise.all([deleteFiles(slack), deleteFiles(slack)]);
    expect((await listDms(slack)).filter(({ text }) => text.includes('was revoked'))).toHaveLength(1);
  });

  test('withdraws a kubeconfig whose delivery a crash interrupted, after 10 minutes', async () => {
    const slack = await start();
    await slack.store.append(await createCluster(slack), [{ type: 'run.finished', outcome: 'cancelled' }]);
    const issued = await slack.clusterService.issueKubeconfig('demo', { requester: ada, role: 'view' });
    if (!issued || !('id' in issued)) throw new Error('no kubeconfig');
    const dm = await slack.chat.openDm(ada.user);
    // The process ended after the upload and before it was confirmed.
    const file = { name: 'demo.kubeconfig', content: issued.file, comment: { text: 'yours', blocks: [] } };
    await slack.chat.uploadFile(dm, file, async (id) => {
      await slack.clusterService.recordKubeconfigFile('demo', issued.id, { id, channel: dm });
    });
    const [stored] = await slack.store.list('kubeconfigFile');
    await deleteFiles(slack, 9 * 60_000);
    expect(await slack.slackClient.listFiles('ada')).toHaveLength(1);
    await deleteFiles(slack, 11 * 60_000);
    await expectDeleted(slack, stored?.value.fileIds ?? []);
    expect((await slack.store.list('kubeconfigGrant'))[0]?.value).toHaveProperty('withdrawnAt');
    expect(JSON.stringify(await listDms(slack))).toContain('did not confirm its delivery');
    expect(await slack.clusterService.confirmKubeconfig('demo', issued.id)).toBe(false);
  });

  test('deletes a file that was revoked during its upload, after the upload', async () => {
    const slack = await start();
    await slack.store.append(await createCluster(slack), [{ type: 'run.finished', outcome: 'cancelled' }]);
    const { recordKubeconfigFile } = slack.clusterService;
    slack.clusterService.recordKubeconfigFile = async (...args) => {
      const isRecorded = await recordKubeconfigFile(...args);
      await ends.revocation?.end(slack);
      await deleteFiles(slack);
      return isRecorded;
    };
    await slack.slackClient.actAs('ada').sendCommand(channel, '/kthw kubeconfig demo');
    const files = await waitForDelivery(slack);
    await slack.done();
    await deleteFiles(slack);
    await expectDeleted(slack, files);
  });

  test('does not send a kubeconfig that was revoked before its upload', async () => {
    const slack = await start();
    await slack.store.append(await createCluster(slack), [{ type: 'run.finished', outcome: 'cancelled' }]);
    const { issueKubeconfig } = slack.clusterService;
    slack.clusterService.issueKubeconfig = async (...args) => {
      const issued = await issueKubeconfig(...args);
      await ends.revocation?.end(slack);
      return issued;
    };
    await slack.slackClient.actAs('ada').sendCommand(channel, '/kthw kubeconfig demo');
    await slack.done();
    expect((await listDms(slack)).flatMap(({ files }) => files)).toEqual([]);
    expect(JSON.stringify(await slack.clusterService.getAuditLog('demo'))).not.toContain('received kubeconfig');
  });
});
