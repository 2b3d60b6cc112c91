import { X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createKubectl } from '../../local/demo/kubectl.ts';
import type { ApiMessage } from '../../local/slack/slack-emulator-client.ts';
import { checks as benchmark } from '../../src/engine/diagnostics/cis/checks.ts';
import { phases } from '../../src/engine/phases/sort-phases.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { CommandLines } from './command-lines.ts';
import { computeResources } from './compute-resources.ts';
import { keyMaterial, needlesIn } from './key-material.ts';
import { channelMessages, directMessages, filesOf } from './posted-texts.ts';
import { Google } from './survival/google.ts';
import { findSkipReason, openStage, type Stage } from './test-environment.ts';

const minuteMs = 60_000;
const createMs = 15 * minuteMs;

describe.skipIf(findSkipReason())('a cluster created by Ada in #clusters', () => {
  let stage: Stage;
  let google: Google;
  let before: Awaited<ReturnType<typeof computeResources>>;
  let summary: ApiMessage;
  let replies: ApiMessage[];
  let kubeconfig: string;
  let kubectl: (...args: string[]) => Promise<string>;
  const commandLines = new CommandLines();

  beforeAll(
    async () => {
      stage = await openStage();
      google = new Google(stage.stack.computeUrl);
      before = await computeResources(stage.stack.computeUrl);
      await stage.ada.sendCommand('/kthw create demo');
      summary = await stage.ada.waitForOutcome('demo', /: ready/, createMs);
      [, ...replies] = await stage.ada.waitForReplies(summary);
      kubeconfig = (await stage.ada.downloadFile(/^demo\.kubeconfig$/, minuteMs)).toString();
      const file = join(stage.stateDir, 'kubeconfig');
      await writeFile(file, kubeconfig, { mode: 0o600 });
      kubectl = await createKubectl(stage.stack.mirrorUrl, file, stage.stateDir, stage.signal);
    },
    createMs + 5 * minuteMs,
  );

  afterAll(async () => {
    await commandLines.stop();
    await stage?.close();
  });

  async function summaries(cluster = 'demo'): Promise<ApiMessage[]> {
    const messages = await stage.workspace.listMessages('clusters', 'grace');
    return messages.filter((m) => m.metadata?.event_type === 'kthw_run' && m.text.includes(` ${cluster}: `));
  }

  /** Complete files that a user can see. */
  async function kubeconfigs(person: string) {
    return (await stage.workspace.listFiles(person)).filter(({ name }) => name.endsWith('.kubeconfig'));
  }

  test('has one public message in the channel, which shows that it is ready', async () => {
    expect((await summaries()).map(({ text }) => text)).toEqual([
      `⚠️ demo: ready without DNS, ${phases.length - 1} of ${phases.length} phases`,
    ]);
    const tops = await stage.workspace.listMessages('clusters', 'linus');
    expect(tops.filter((m) => !m.is_ephemeral)).toHaveLength(1);
  });

  test('posts a thread reply for each finished phase, in order, and one for the end', () => {
    const told = replies.map(({ text }) => text);
    const done = phases.filter(({ name }) => name !== 'dns').map(({ title }) => `✅ ${title}: done`);
    expect(told.filter((text) => text.endsWith(': done')).sort()).toEqual(done.sort());
    expect(told.at(-1)).toBe('⚠️ demo: ready without DNS');
    const order = replies.map((m) => Number(m.metadata?.event_payload.seq));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(new Set(order).size).toBe(order.length);
  });

  test('defers DNS because its image is unavailable, and reports it', async () => {
    const postponed = replies.map(({ text }) => text).filter((text) => text.startsWith('⏸️'));
    expect(postponed).toHaveLength(2);
    expect(postponed[0]).toMatch(/^⏸️ CoreDNS is running: deferred, image \S+coredns:\S+ can't be pulled/);
    expect(replies.slice(0, -1).every(({ text }) => !/^(❌|⚠️)/.test(text))).toBe(true);
    expect(replies.at(-1)?.text).toBe('⚠️ demo: ready without DNS');
    expect(JSON.stringify(replies.at(-1))).toContain('Deferred:');
  });

  test('sends the kubeconfig to Ada only, by direct message', async () => {
    const [file, ...others] = await kubeconfigs('ada');
    expect(others).toEqual([]);
    expect(file?.name).toBe('demo.kubeconfig');
    for (const other of ['grace', 'linus']) {
      expect(await kubeconfigs(other)).toEqual([]);
      await expect(stage.workspace.downloadFile(other, file?.id ?? '')).rejects.toThrow('400');
      await expect(stage.workspace.listMessages(await stage.workspace.openDm('ada'), other)).rejects.toThrow();
    }
    const note = JSON.stringify(await stage.workspace.listDmMessages('ada'));
    expect(note).toContain('demo.kubeconfig');
    expect(note).not.toContain('certificate-authority-data');
  });

  test('issues Ada a certificate in her name, valid for a day', () => {
    const [user] = (parse(kubeconfig) as { users: { user: Record<string, string> }[] }).users;
    const certificate = new X509Certificate(Buffer.from(user?.user['client-certificate-data'] ?? '', 'base64'));
    const subject = certificate.subject.split('\n');
    expect(subject).toContain('CN=slack:T0000LOCAL:U0000ADA0');
    expect(subject.filter((part) => part.startsWith('O='))).toEqual([
      'O=kthw:admins',
      expect.stringMatching(/^O=kthw:grant:[0-9a-f]{12}$/),
    ]);
    const hours = (certificate.validToDate.getTime() - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(23);
    expect(hours).toBeLessThanOrEqual(24);
  });

  test('works with external kubectl: three nodes are Ready and Ada has full access', async () => {
    const { items } = JSON.parse(await kubectl('get', 'nodes', '-o', 'json')) as { items: Node[] };
    expect(items.map(({ metadata }) => metadata.name).sort()).toEqual([
      'demo-worker-0',
      'demo-worker-1',
      'demo-worker-2',
    ]);
    for (const { status } of items) expect(status.conditions).toContainEqual(expect.objectContaining(ready));
    expect(await kubectl('auth', 'can-i', '*', '*')).toBe('yes');
    await expect(kubectl('--as=nobody', 'auth', 'can-i', '*', '*')).rejects.toThrow('no');
  });

  test('matches the resources in the Compute API', async () => {
    const machines = [0, 1, 2].flatMap((n) => [`demo-controller-${n}`, `demo-worker-${n}`]).sort();
    expect(await computeResources(stage.stack.computeUrl)).toMatchObject({
      'zones/us-west1-c/instances': machines,
      'zones/us-west1-c/disks': machines,
      'global/networks': ['demo'],
      'regions/us-west1/addresses': ['demo'],
      'regions/us-west1/targetPools': ['demo'],
    });
  });

  test('disables SSH: the firewall rule is disabled and no instance has a key', async () => {
    expect(await google.lettingIn('demo')).toEqual([]);
    const { items } = await google.get<{ items: Instance[] }>('zones/us-west1-c/instances');
    const addresses = items.map(({ networkInterfaces: [nic] }) => nic?.accessConfigs[0]?.natIP ?? '');
    expect(addresses).toHaveLength(6);
    expect(await Promise.all(addresses.map(knock))).toEqual(addresses.map(() => 'nobody answers'));
  });

  test('is inspected by doctor, which disables SSH afterwards', async () => {
    const asked = performance.now();
    const said = await stage.ada.sendCommandForReply('/kthw doctor demo');
    console.log(`doctor took ${Math.round(performance.now() - asked)} ms`);
    for (const n of [0, 1, 2]) expect(said).toContain(`controller-${n}`);
    expect(said).not.toMatch(/is unreachable|rejected|[Nn]ot checked/);
    // A fresh cluster has no failed CIS check; each check is shown by number.
    expect(said).toMatch(/\d+ pass, 0 fail, \d+ accepted exceptions · all \d+ automated checks pass/);
    for (const { number } of benchmark) if (number !== undefined) expect(said).toContain(`*${number}* `);
    expect(await google.lettingIn('demo')).toEqual([]);
  });

  test('is not created twice: repeating is a no-op, and different settings are listed', async () => {
    expect(await stage.ada.sendCommandForReply('/kthw create demo')).toContain('Nothing to do: *demo* is ready');
    const differs = await stage.ada.sendCommandForReply('/kthw create demo --workers 2 --machine-type e2-medium');
    expect(differs).toContain('already exists with different settings. Nothing was changed.');
    expect(differs).toMatch(/workers +2 +3\n/);
    expect(differs).toMatch(/machineType +e2-medium +e2-standard-2\n/);
    expect(await summaries()).toHaveLength(1);
  });

  test('appears in status and list', async () => {
    const status = await stage.ada.sendCommandForReply('/kthw status demo');
    expect(status).toContain('⚠️ demo · ready without DNS');
    expect(status).toContain('3 control plane + 3 worker nodes');
    for (const { title } of phases) expect(status).toContain(title);
    expect(await stage.ada.sendCommandForReply('/kthw list')).toMatch(
      /^⚠️ \*demo\* · ready without DNS · 3 control plane \+ 3 worker nodes · us-west1-c/,
    );
  });

  test('posts its timeline in the thread, once', async () => {
    const pictures = async () =>
      (await stage.workspace.listThreadMessages('clusters', summary.ts, 'grace')).filter(({ files }) => files?.length);
    const [message] = await stage.workspace.waitFor(
      async () => ((await pictures()).length > 0 ? await pictures() : undefined),
      { deadlineMs: minuteMs, signal: stage.signal, description: 'a picture in the thread' },
    );
    expect(message?.text).toMatch(
      /Timeline of demo: ready without DNS after .*, \d+ phases; .*critical path: Preflight → /,
    );
    expect(message?.files).toMatchObject([
      { mimetype: 'image/png', name: expect.stringMatching(/^demo-create-.*\.png$/) },
    ]);
    expect(isPng(await stage.workspace.downloadFile('grace', message?.files?.[0]?.id ?? ''))).toBe(true);
    expect(await pictures()).toHaveLength(1);
  });

  test('is drawn by status in its observed state, by direct message', async () => {
    const asked = performance.now();
    await stage.ada.sendCommandForReply('/kthw status demo');
    expect(isPng(await stage.ada.downloadFile(/^demo-\d{14}\.png$/, minuteMs))).toBe(true);
    console.log(`the cluster map took ${Math.round(performance.now() - asked)} ms`);
    const [{ alt_txt: words } = { alt_txt: '' }] = (await stage.workspace.listFiles('ada')).filter(({ name }) =>
      /^demo-\d{14}\.png$/.test(name),
    ) as readonly { readonly alt_txt?: string }[];
    expect(words).toMatch(
      /6\/6 nodes healthy; load balancer \S+: 3\/3 backends healthy; etcd leader controller-[012]$/,
    );
  });

  test('retries DNS on resume and stays ready', async () => {
    expect(await stage.ada.sendCommandForReply('/kthw resume demo')).toContain('Resuming *demo*');
    const ends = (told: readonly string[]) => told.filter((text) => text === '⚠️ demo: ready without DNS').length;
    const told = await stage.workspace.waitFor(
      async () => {
        const thread = await stage.workspace.listThreadMessages('clusters', summary.ts, 'grace');
        const texts = thread.filter(({ files }) => !files?.length).flatMap(({ text }, i) => (i > 0 ? [text] : []));
        return ends(texts) === 2 ? texts.slice(replies.length) : undefined;
      },
      { deadlineMs: 5 * minuteMs, signal: stage.signal, description: 'the end of the resumed run' },
    );
    expect(told[0]).toContain('resumed the run');
    expect(told.filter((text) => text.startsWith('⏸️'))).toHaveLength(2);
    expect(told.filter((text) => text.endsWith(': done'))).toEqual([]);
    expect((await summaries()).map(({ text }) => text)).toEqual([summary.text]);
  });

  test('passes the smoke test again, as a separate run', async () => {
    expect(await stage.ada.sendCommandForReply('/kthw smoke demo')).toContain('Running the smoke test of *demo*');
    await stage.ada.waitForOutcome('demo', /: smoke test passed/, 5 * minuteMs);
    expect(await summaries()).toHaveLength(2);
  });

  test('reports that the smoke test has nothing to resume', async () => {
    expect(await stage.ada.sendCommandForReply('/kthw resume demo')).toContain('Nothing to do: *demo* is ready');
  });

  test('revokes Ada’s access immediately; a new kubeconfig works, the old one does not', async () => {
    // One was issued at create, one at resume.
    const before = await kubeconfigs('ada');
    expect(await stage.ada.sendCommandForReply('/kthw revoke demo')).toContain('revoked');
    await expect(kubectl('get', 'nodes')).rejects.toThrow('forbidden');
    expect(await stage.ada.sendCommandForReply('/kthw kubeconfig demo')).toContain('in a DM');
    const [given, ...others] = (await kubeconfigs('ada')).filter(({ id }) => before.every((one) => one.id !== id));
    expect(others).toEqual([]);
    const file = join(stage.stateDir, 'kubeconfig-again');
    await writeFile(file, await stage.workspace.downloadFile('ada', given?.id ?? ''), { mode: 0o600 });
    const again = await createKubectl(stage.stack.mirrorUrl, file, stage.stateDir, stage.signal);
    expect(await again('auth', 'can-i', '*', '*')).toBe('yes');
    await expect(kubectl('get', 'nodes')).rejects.toThrow('forbidden');
    const audit = await stage.ada.sendCommandForReply('/kthw audit demo');
    expect(audit).toMatch(/received kubeconfig [0-9a-f]{12} .*revoked kubeconfig .*received kubeconfig/s);
  });

  test('reveals no secret in stored files, logs, messages or process lists', async () => {
    const files = await filesOf(stage.stateDir);
    const messages = [...(await channelMessages(stage.workspace)), ...(await directMessages(stage.workspace))];
    const places = new Map([
      ...files,
      ['messages', messages.join('\n')],
      ['command lines', [...commandLines.seen].join('\n')],
    ]);
    // The searched data must contain what it should.
    expect(files.get('logs/bot.log')).toContain('listening');
    expect([...files].filter(([path, text]) => path.includes('sqlite') && text.includes('demo-worker-0'))).not.toEqual(
      [],
    );
    expect(places.get('messages')).toContain('API server: `https://');
    expect(places.get('command lines')).toContain('src/main.ts');
    expect(places.get('command lines')).toContain('kube-apiserver');
    const secrets = await keyMaterial(stage.stateDir, 'demo');
    expect(secrets.map(({ of }) => of)).toEqual(expect.arrayContaining(['ca', 'encryption/key', 'ssh/key']));
    expect(secrets.length).toBeGreaterThan(10);
    const own = Buffer.from(/client-key-data: (\S+)/.exec(kubeconfig)?.[1] ?? '', 'base64').toString();
    const wanted = [...secrets, { of: "Ada's key", texts: needlesIn(own) }];
    // The secrets must be found where they are allowed.
    expect(needlesIn(own).filter((needle) => kubeconfig.includes(needle))).toHaveLength(1);
    expect(JSON.stringify({ own })).toContain(needlesIn(own)[0]);
    const found = [...places].flatMap(([place, text]) => [
      ...wanted
        .filter(({ texts }) => texts.some((needle) => text.includes(needle)))
        .map(({ of }) => `${of} in ${place}`),
      ...['PRIVATE KEY', 'xoxb-'].filter((word) => text.includes(word)).map((word) => `${word} in ${place}`),
    ]);
    expect(found).toEqual([]);
  });

  test('is deleted after confirmation, with all Compute Engine resources and keys', async () => {
    await stage.ada.sendCommand('/kthw delete demo');
    await stage.ada.pressButton('delete.confirm');
    const deleted = await stage.ada.waitForOutcome('demo', /: deleted/, 10 * minuteMs);
    expect(JSON.stringify((await stage.ada.waitForReplies(deleted)).at(-1))).toContain('All resources deleted');
    expect(await computeResources(stage.stack.computeUrl)).toEqual(before);
    const store = openSqliteStore({ path: join(stage.stateDir, 'kthw.sqlite') });
    expect(await store.list('secret')).toEqual([]);
    expect(await store.list('dataKey')).toEqual([]);
    await store.close();
    expect(await stage.ada.sendCommandForReply('/kthw status demo')).toContain('Cluster `demo` not found');
    expect(await stage.ada.sendCommandForReply('/kthw list')).toContain('No clusters yet');
    await expect(kubectl('get', 'nodes', '--request-timeout=5s')).rejects.toThrow();
  });
});

/** True if an instance's SSH port responds. */
async function knock(address: string): Promise<string> {
  return await new Promise((resolve) => {
    const socket = connect(22, address, () => resolve('open'));
    socket.setTimeout(5_000, () => socket.destroy(new Error('silence')));
    socket.once('error', () => resolve('nobody answers')).once('connect', () => socket.destroy());
  });
}

interface Instance {
  readonly networkInterfaces: readonly { readonly accessConfigs: readonly { readonly natIP: string }[] }[];
}

interface Node {
  readonly metadata: { readonly name: string };
  readonly status: { readonly conditions: readonly object[] };
}

const ready = { type: 'Ready', status: 'True' };

function isPng(content: Buffer): boolean {
  return content.subarray(1, 4).toString() === 'PNG';
}
