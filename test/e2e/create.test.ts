import { X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { ClusterDriver } from '../../local/driver/cluster-driver.ts';
import type { Conversation } from '../../local/driver/conversation.ts';
import { createKubectl, type Kubectl } from '../../local/driver/kubectl.ts';
import { type LocalEnvironment, openLocalEnvironment } from '../../local/driver/local-environment.ts';
import type { ApiMessage } from '../../local/slack/slack-emulator-client.ts';
import { checks as benchmark } from '../../src/engine/diagnostics/cis/checks.ts';
import { phases } from '../../src/engine/phases/sort-phases.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { CommandLines } from './command-lines.ts';
import { findSkipReason } from './find-skip-reason.ts';
import { probeSsh } from './probe-ssh.ts';
import { extractFragments, findLeaks, readSecrets } from './secret-fragments.ts';
import { collectVisibleTexts } from './visible-texts.ts';

const minuteMs = 60_000;
const createMs = 15 * minuteMs;

describe.skipIf(findSkipReason())('a cluster created by Ada in #clusters', () => {
  let environment: LocalEnvironment;
  let cluster: ClusterDriver;
  let ada: Conversation;
  let resourcesBefore: Awaited<ReturnType<LocalEnvironment['compute']['listResources']>>;
  let summary: ApiMessage;
  let replies: ApiMessage[];
  let kubeconfig: string;
  let kubectl: Kubectl;
  const commandLines = new CommandLines();

  beforeAll(
    async () => {
      environment = await openLocalEnvironment({ botEnv: { LOG_LEVEL: 'trace' } });
      resourcesBefore = await environment.compute.listResources();
      cluster = environment.getCluster('demo');
      ada = cluster.conversation;
      ({ summary, kubectl } = await cluster.create());
      [, ...replies] = await ada.waitForReplies(summary);
      kubeconfig = (await ada.downloadFile(/^demo\.kubeconfig$/)).toString();
    },
    createMs + 5 * minuteMs,
  );

  afterAll(async () => {
    await commandLines.stop();
    await environment?.close();
  });

  const listSummaryTexts = async () =>
    (await environment.talkAs('grace').listSummaries('demo')).map(({ text }) => text);

  async function listKubeconfigs(person: string) {
    return (await environment.workspace.listFiles(person)).filter(({ name }) => name.endsWith('.kubeconfig'));
  }

  test('has one public message in the channel, which shows that it is ready', async () => {
    expect(await listSummaryTexts()).toEqual([
      `⚠️ demo: ready without DNS, ${phases.length - 1} of ${phases.length} phases`,
    ]);
    const tops = await environment.workspace.listMessages('clusters', 'linus');
    expect(tops.filter((m) => !m.is_ephemeral)).toHaveLength(1);
  });

  test('posts a thread reply for each finished phase, in order, and one for the end', () => {
    const texts = replies.map(({ text }) => text);
    const done = phases.filter(({ name }) => name !== 'dns').map(({ title }) => `✅ ${title}: done`);
    expect(texts.filter((text) => text.endsWith(': done')).sort()).toEqual(done.sort());
    expect(texts.at(-1)).toBe('⚠️ demo: ready without DNS');
    const seqs = replies.map((m) => Number(m.metadata?.event_payload.seq));
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
    expect(new Set(seqs).size).toBe(seqs.length);
  });

  test('defers DNS because its image is unavailable, and reports it', async () => {
    const deferred = replies.map(({ text }) => text).filter((text) => text.startsWith('⏸️'));
    expect(deferred).toHaveLength(2);
    expect(deferred[0]).toMatch(/^⏸️ CoreDNS is running: deferred, image \S+coredns:\S+ can't be pulled/);
    expect(replies.slice(0, -1).every(({ text }) => !/^(❌|⚠️)/.test(text))).toBe(true);
    expect(replies.at(-1)?.text).toBe('⚠️ demo: ready without DNS');
    expect(JSON.stringify(replies.at(-1))).toContain('Deferred:');
  });

  test('sends the kubeconfig to Ada only, by direct message', async () => {
    const [file, ...others] = await listKubeconfigs('ada');
    expect(others).toEqual([]);
    expect(file?.name).toBe('demo.kubeconfig');
    for (const other of ['grace', 'linus']) {
      expect(await listKubeconfigs(other)).toEqual([]);
      await expect(environment.workspace.downloadFile(other, file?.id ?? '')).rejects.toThrow('400');
      await expect(
        environment.workspace.listMessages(await environment.workspace.openDm('ada'), other),
      ).rejects.toThrow();
    }
    const note = JSON.stringify(await environment.workspace.listDmMessages('ada'));
    expect(note).toContain('demo.kubeconfig');
    expect(note).not.toContain('certificate-authority-data');
  });

  test('issues Ada a certificate in her name, valid for a day', () => {
    const [user] = (parse(kubeconfig) as { users: { user: Record<string, string> }[] }).users;
    const certificate = new X509Certificate(Buffer.from(user?.user['client-certificate-data'] ?? '', 'base64'));
    const subject = certificate.subject.split('\n');
    expect(subject).toContain('CN=slack:T0000LOCAL:U0000ADA0');
    expect(subject.filter((part) => part.startsWith('O='))).toEqual([
      'O=kthw:users',
      expect.stringMatching(/^O=kthw:grant:[0-9a-f]{12}$/),
    ]);
    const hours = (certificate.validToDate.getTime() - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(23);
    expect(hours).toBeLessThanOrEqual(24);
  });

  test('works with external kubectl: three nodes are Ready and Ada has full access', async () => {
    const fields = '{.metadata.name} {.status.conditions[?(@.type=="Ready")].status}';
    const nodes = await kubectl('get', 'nodes', '-o', `jsonpath={range .items[*]}${fields}{"\\n"}{end}`);
    expect(nodes.trim().split('\n').sort()).toEqual([0, 1, 2].map((n) => `demo-worker-${n} True`));
    expect(await kubectl('auth', 'can-i', '*', '*')).toBe('yes');
    await expect(kubectl('--as=nobody', 'auth', 'can-i', '*', '*')).rejects.toThrow('no');
  });

  test('matches the resources in the Compute API', async () => {
    const instances = [0, 1, 2].flatMap((n) => [`demo-controller-${n}`, `demo-worker-${n}`]).sort();
    expect(await environment.compute.listResources()).toMatchObject({
      'zones/us-west1-c/instances': instances,
      'zones/us-west1-c/disks': instances,
      'global/networks': ['demo'],
      'regions/us-west1/addresses': ['demo'],
      'regions/us-west1/targetPools': ['demo'],
    });
  });

  test('disables SSH: the firewall rule is disabled and no instance has a key', async () => {
    expect(await environment.compute.listSshOpenings('demo')).toEqual([]);
    const instances = await environment.compute.listInstances();
    const addresses = instances.map(({ networkInterfaces: [nic] }) => nic?.accessConfigs[0]?.natIP ?? '');
    expect(addresses).toHaveLength(6);
    expect(await Promise.all(addresses.map(probeSsh))).toEqual(addresses.map(() => 'no response'));
  });

  test('is inspected by doctor, which disables SSH afterwards', async () => {
    const startedMs = performance.now();
    const reply = await ada.sendCommandForReply('/kthw doctor demo');
    console.log(`doctor took ${Math.round(performance.now() - startedMs)} ms`);
    for (const n of [0, 1, 2]) expect(reply).toContain(`controller-${n}`);
    expect(reply).not.toMatch(/is unreachable|rejected|[Nn]ot checked/);
    // A fresh cluster has no failed CIS check; each check is shown by number.
    expect(reply).toMatch(/\d+ pass, 0 fail, \d+ accepted exceptions · all \d+ automated checks pass/);
    for (const { number } of benchmark) if (number !== undefined) expect(reply).toContain(`*${number}* `);
    expect(await environment.compute.listSshOpenings('demo')).toEqual([]);
  });

  test('is not created twice: repeating is a no-op, and different settings are listed', async () => {
    expect(await ada.sendCommandForReply('/kthw create demo')).toContain('Nothing to do: *demo* is ready');
    const differences = await ada.sendCommandForReply('/kthw create demo --workers 2 --machine-type e2-medium');
    expect(differences).toContain('already exists with different settings. Nothing was changed.');
    expect(differences).toMatch(/workers +2 +3\n/);
    expect(differences).toMatch(/machineType +e2-medium +e2-standard-2\n/);
    expect(await listSummaryTexts()).toHaveLength(1);
  });

  test('appears in status and list', async () => {
    const status = await ada.sendCommandForReply('/kthw status demo');
    expect(status).toContain('⚠️ demo · ready without DNS');
    expect(status).toContain('3 control plane + 3 worker nodes');
    for (const { title } of phases) expect(status).toContain(title);
    expect(await ada.sendCommandForReply('/kthw list')).toMatch(
      /^⚠️ \*demo\* · ready without DNS · 3 control plane \+ 3 worker nodes · us-west1-c/,
    );
  });

  test('posts its timeline in the thread, once', async () => {
    const listPictures = async () =>
      (await environment.workspace.listThreadMessages('clusters', summary.ts, 'grace')).filter(
        ({ files }) => files?.length,
      );
    const [message] = await environment.workspace.waitFor(
      async () => ((await listPictures()).length > 0 ? await listPictures() : undefined),
      { deadlineMs: minuteMs, signal: environment.signal, description: 'a picture in the thread' },
    );
    expect(message?.text).toMatch(
      /Timeline of demo: ready without DNS after .*, \d+ phases; .*critical path: Preflight → /,
    );
    expect(message?.files).toMatchObject([
      { mimetype: 'image/png', name: expect.stringMatching(/^demo-create-.*\.png$/) },
    ]);
    expect(isPng(await environment.workspace.downloadFile('grace', message?.files?.[0]?.id ?? ''))).toBe(true);
    expect(await listPictures()).toHaveLength(1);
  });

  test('is drawn by status in its observed state, by direct message', async () => {
    const startedMs = performance.now();
    await ada.sendCommandForReply('/kthw status demo');
    expect(isPng(await ada.downloadFile(/^demo-\d{14}\.png$/))).toBe(true);
    console.log(`the cluster map took ${Math.round(performance.now() - startedMs)} ms`);
    const [{ alt_txt: description } = { alt_txt: '' }] = (await environment.workspace.listFiles('ada')).filter(
      ({ name }) => /^demo-\d{14}\.png$/.test(name),
    ) as readonly { readonly alt_txt?: string }[];
    expect(description).toMatch(
      /6\/6 nodes healthy; load balancer \S+: 3\/3 backends healthy; etcd leader controller-[012]$/,
    );
  });

  /** Texts of the create's thread once the create has ended that often. */
  async function waitForCreateEnds(count: number): Promise<readonly string[]> {
    return await environment.workspace.waitFor(
      async () => {
        const thread = await environment.workspace.listThreadMessages('clusters', summary.ts, 'grace');
        const texts = thread.filter(({ files }) => !files?.length).flatMap(({ text }, i) => (i > 0 ? [text] : []));
        const ends = texts.filter((text) => text === '⚠️ demo: ready without DNS');
        return ends.length === count ? texts : undefined;
      },
      { deadlineMs: 5 * minuteMs, signal: environment.signal, description: `end ${count} of the create` },
    );
  }

  test('retries DNS on resume and stays ready', async () => {
    expect(await ada.sendCommandForReply('/kthw resume demo')).toContain('Resuming *demo*');
    const newTexts = (await waitForCreateEnds(2)).slice(replies.length);
    expect(newTexts[0]).toContain('resumed the run');
    expect(newTexts.filter((text) => text.startsWith('⏸️'))).toHaveLength(2);
    expect(newTexts.filter((text) => text.endsWith(': done'))).toEqual([]);
    expect(await listSummaryTexts()).toEqual([summary.text]);
  });

  test('passes the smoke test again, as a separate run', async () => {
    expect(await ada.sendCommandForReply('/kthw smoke demo')).toContain('Running the smoke test of *demo*');
    await environment.workspace.waitFor(
      async () => (await listSummaryTexts()).some((text) => text.includes(': smoke test passed')),
      { deadlineMs: 5 * minuteMs, signal: environment.signal, description: 'the success of the smoke test' },
    );
    expect(await listSummaryTexts()).toHaveLength(2);
  });

  test('resumes the create with the deferred DNS, not the finished smoke test', async () => {
    expect(await ada.sendCommandForReply('/kthw resume demo')).toContain('Resuming *demo*');
    await waitForCreateEnds(3);
    expect(await listSummaryTexts()).toHaveLength(2);
  });

  test('revokes Ada’s access immediately; a new kubeconfig works, the old one does not', async () => {
    // One was issued at create, one at resume.
    const previousFiles = await listKubeconfigs('ada');
    expect(await ada.sendCommandForReply('/kthw revoke demo')).toContain('revoked');
    await expect(kubectl('get', 'nodes')).rejects.toThrow('forbidden');
    expect(await ada.sendCommandForReply('/kthw kubeconfig demo')).toContain('in a DM');
    const [newFile, ...others] = (await listKubeconfigs('ada')).filter(({ id }) =>
      previousFiles.every((file) => file.id !== id),
    );
    expect(others).toEqual([]);
    const path = join(environment.stack.stateDir, 'kubeconfig-again');
    await writeFile(path, await environment.workspace.downloadFile('ada', newFile?.id ?? ''), { mode: 0o600 });
    const newKubectl = await createKubectl(
      environment.stack.mirrorUrl,
      path,
      environment.stack.stateDir,
      environment.signal,
    );
    expect(await newKubectl('auth', 'can-i', '*', '*')).toBe('yes');
    await expect(kubectl('get', 'nodes')).rejects.toThrow('forbidden');
    const audit = await ada.sendCommandForReply('/kthw audit demo');
    expect(audit).toMatch(/received kubeconfig [0-9a-f]{12} .*revoked kubeconfig .*received kubeconfig/s);
  });

  test('reveals no secret in stored files, logs, messages or process lists', async () => {
    const texts = await collectVisibleTexts(environment);
    texts.set('command lines', [...commandLines.seen].join('\n'));
    // The searched data must contain what it should.
    expect(texts.get('logs/bot.log')).toContain('listening');
    expect([...texts].filter(([path, text]) => path.includes('sqlite') && text.includes('demo-worker-0'))).not.toEqual(
      [],
    );
    expect(texts.get('messages')).toContain('API server: `https://');
    expect(texts.get('command lines')).toContain('src/main.ts');
    expect(texts.get('command lines')).toContain('kube-apiserver');
    const secrets = await readSecrets(environment.stack.stateDir, 'demo');
    expect(secrets.map(({ path }) => path)).toEqual(expect.arrayContaining(['ca', 'encryption/key', 'ssh/key']));
    expect(secrets.length).toBeGreaterThan(10);
    const adaKey = Buffer.from(/client-key-data: (\S+)/.exec(kubeconfig)?.[1] ?? '', 'base64').toString();
    // The secrets must be found where they are allowed.
    expect(extractFragments(adaKey).filter((fragment) => kubeconfig.includes(fragment))).toHaveLength(1);
    expect(JSON.stringify({ adaKey })).toContain(extractFragments(adaKey)[0]);
    expect(findLeaks(texts, [...secrets, { path: "Ada's key", fragments: extractFragments(adaKey) }])).toEqual([]);
  });

  test('is deleted after confirmation, with all Compute Engine resources and keys', async () => {
    expect(JSON.stringify((await ada.waitForReplies(await cluster.delete())).at(-1))).toContain(
      'All resources deleted',
    );
    expect(await environment.compute.listResources()).toEqual(resourcesBefore);
    const store = openSqliteStore({ path: join(environment.stack.stateDir, 'kthw.sqlite') });
    expect(await store.list('secret')).toEqual([]);
    expect(await store.list('dataKey')).toEqual([]);
    await store.close();
    expect(await ada.sendCommandForReply('/kthw status demo')).toContain('Cluster `demo` not found');
    expect(await ada.sendCommandForReply('/kthw list')).toContain('No clusters yet');
    await expect(kubectl('get', 'nodes', '--request-timeout=5s')).rejects.toThrow();
  });
});

function isPng(content: Buffer): boolean {
  return content.subarray(1, 4).toString() === 'PNG';
}
