import { createHmac, randomUUID } from 'node:crypto';
import { chown, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { getDefaultCacheDir } from '../../local/compute/machines/guest/ensure-rootfs.ts';
import { type LocalEnvironment, openLocalEnvironment } from '../../local/driver/local-environment.ts';
import { findSkipReason } from './find-skip-reason.ts';
import { listMarkedProcesses } from './list-marked-processes.ts';

const mark = 'KTHW_TEST_USERS';
/** User and group ID of `nobody`. */
const nobody = 65_534;
const region = 'regions/us-west1';
const zone = 'zones/us-west1-c';

/** A request of another user, and the response that denies it. */
interface Attempt {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly denial: RegExp;
}
interface Listener {
  readonly service: string;
  readonly address: string;
}

const unauthorized = /^401/;
const guess = { authorization: 'Bearer local' };
const json = { 'content-type': 'application/json' };
const command = 'command=%2Fkthw&text=list&channel_id=C0CLUSTER&user_id=U0000ADA0&team_id=T0000LOCAL';

/** Every kind of endpoint, by service. Each attempt is also made with a guessed token and with a foreign Host header. */
const attempts: Readonly<Record<string, readonly Attempt[]>> = {
  compute: [
    { path: '/compute/v1/projects/kthw-local/zones', denial: unauthorized },
    { method: 'POST', path: `/compute/v1/projects/kthw-local/${zone}/instances`, body: '{}', denial: unauthorized },
    { method: 'POST', path: '/batch/compute/v1', denial: unauthorized },
    { path: '/_kthw/calls', denial: unauthorized },
    { method: 'POST', path: '/_kthw/faults', body: '[]', denial: unauthorized },
    { path: '/unknown', denial: unauthorized },
  ],
  // The metadata server knows machines by their address. Its root is the same on Google and names nothing.
  metadata: [
    { path: '/computeMetadata/v1/instance/?recursive=true', headers: { 'metadata-flavor': 'Google' }, denial: /^404/ },
    { path: '/computeMetadata/v1/instance/', denial: /^403/ },
  ],
  slack: [
    { path: '/', denial: unauthorized },
    { path: '/?token=guess', denial: unauthorized },
    { path: '/index.html', denial: unauthorized },
    { path: '/archives/C0CLUSTER/p1', denial: unauthorized },
    { path: '/_local/team?as=ada', denial: unauthorized },
    { path: '/_local/events?as=ada', denial: unauthorized },
    { path: '/_local/file?as=ada&id=F1', denial: unauthorized },
    { method: 'POST', path: '/_local/say', headers: json, body: '{"as":"ada"}', denial: unauthorized },
    { method: 'POST', path: '/_local/faults', headers: json, body: '[]', denial: unauthorized },
    { method: 'POST', path: '/api/chat.postMessage', denial: /not_authed|invalid_auth/ },
    { method: 'POST', path: '/api/chat.postMessage', body: 'token=xoxb-local', denial: /invalid_auth/ },
    { path: '/files-pri/F1/demo.kubeconfig', denial: /^404/ },
    { method: 'POST', path: '/response/T0000LOCAL/guess', body: '{}', denial: /^404.*expired_url/s },
    { method: 'POST', path: '/upload/v1/guess', body: 'x', denial: /^404/ },
  ],
  // SSH of the instance: see below.
  instance: [],
  // Its files are public, and machines read them without a token.
  mirror: [
    { path: '/_local/status', denial: unauthorized },
    { method: 'POST', path: '/_local/faults', body: '[]', denial: unauthorized },
  ],
  // Its /healthz is public in production too, and names nothing.
  bot: [
    { method: 'POST', path: '/slack/events', body: command, denial: unauthorized },
    {
      method: 'POST',
      path: '/slack/events',
      body: command,
      headers: sign('local-signing-secret'),
      denial: unauthorized,
    },
    { method: 'POST', path: '/internal/run', body: '{}', denial: /^40[34]/ },
  ],
};

describe.skipIf(findSkipReason())('another user of the host', () => {
  const id = randomUUID();
  let environment: LocalEnvironment;
  beforeAll(async () => {
    process.env[mark] = id;
    environment = await openLocalEnvironment();
    const { compute } = environment;
    await compute.change('POST', 'global/networks', { name: 'demo', autoCreateSubnetworks: false });
    const network = { network: 'global/networks/demo' };
    await compute.change('POST', `${region}/subnetworks`, { name: 'demo', ipCidrRange: '10.240.0.0/24', ...network });
    const allowed = { allowed: [{ IPProtocol: 'tcp', ports: ['22'] }], sourceRanges: ['0.0.0.0/0'] };
    await compute.change('POST', 'global/firewalls', { name: 'demo-ssh', ...network, ...allowed });
    await compute.change('POST', `${zone}/instances`, {
      name: 'demo',
      machineType: `${zone}/machineTypes/e2-standard-2`,
      disks: [
        {
          boot: true,
          autoDelete: true,
          initializeParams: { sourceImage: 'projects/debian-cloud/global/images/family/debian-12' },
        },
      ],
      networkInterfaces: [{ subnetwork: `${region}/subnetworks/demo`, accessConfigs: [{}] }],
    });
  });
  afterAll(async () => {
    await environment?.close();
    delete process.env[mark];
  });

  /** All TCP listeners of the stack's processes. */
  async function listListeners(): Promise<Listener[]> {
    const processes = await listMarkedProcesses(mark, id);
    const { stdout } = await execa('ss', ['-ltnpH']);
    return stdout.split('\n').flatMap((line) => {
      const [, , , address = ''] = line.split(/\s+/);
      const pid = /pid=(\d+)/.exec(line)?.[1];
      const process = processes.find((one) => one.startsWith(`${pid} `));
      if (process === undefined) return [];
      const script = /(?:local\/)?(compute|slack|mirror|src)\/main\.ts/.exec(process)?.[1] ?? process;
      return [{ service: toService(script, address), address }];
    });
  }

  test('is denied by every endpoint of every listening port', async () => {
    const listeners = await listListeners();
    expect(listeners.map(({ service }) => service).sort()).toEqual(Object.keys(attempts).sort());
    const allowed: string[] = [];
    for (const { service, address } of listeners) {
      for (const attempt of attempts[service] ?? []) {
        for (const extraHeaders of [{}, guess, { host: 'evil.example' }]) {
          const response = await send(address, attempt, extraHeaders);
          const isDenied = 'host' in extraHeaders ? /^40[134]|invalid_auth|not_authed/ : attempt.denial;
          if (!isDenied.test(response)) allowed.push(`${service} ${attempt.path}: ${response.slice(0, 200)}`);
        }
      }
    }
    expect(allowed).toEqual([]);
    expect((await environment.compute.listInstances()).map(({ name }) => name)).toEqual(['demo']);
  });

  test('cannot log in to an instance with a key of its own', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kthw-nobody-'));
    onTestFinished(async () => await rm(folder, { recursive: true }));
    await chown(folder, nobody, nobody);
    const key = join(folder, 'key');
    expect((await runAsNobody(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key])).failed).toBe(false);
    const [host = ''] = (await listListeners()).find(({ service }) => service === 'instance')?.address.split(':') ?? [];
    const options = ['BatchMode=yes', 'StrictHostKeyChecking=no', `UserKnownHostsFile=${join(folder, 'hosts')}`];
    const args = ['-i', key, ...options.flatMap((option) => ['-o', option]), '-l', 'kthw', host, 'true'];
    // Until sshd has started, the connection is closed.
    await expect
      .poll(async () => (await runAsNobody(['ssh', ...args])).stderr, { timeout: 60_000 })
      .toContain('(publickey)');
  });

  test('learns only that the bot runs from the endpoints without a secret', async () => {
    const { bot } = Object.fromEntries((await listListeners()).map((one) => [one.service, one.address]));
    const health = await send(bot ?? '', { path: '/healthz', denial: /^/ }, {});
    expect(health).toMatch(/^\d{3}/);
    for (const secret of Object.values(environment.stack.secrets)) expect(health).not.toContain(secret);
  });

  test('cannot read state, caches and root file systems, or reach their setuid programs', async () => {
    const { stateDir } = environment.stack;
    const root = join(stateDir, 'machines/machines/demo/root');
    expect((await execa('find', [join(root, 'usr/bin/sudo'), '-perm', '-4000'])).stdout).not.toBe('');
    for (const folder of [stateDir, getDefaultCacheDir(), '/run/kthw']) {
      const { stdout, stderr, exitCode } = await runAsNobody(['find', folder, '-mindepth', '1']);
      expect([folder, stdout, stderr, exitCode]).toEqual([folder, '', expect.stringContaining('Permission denied'), 1]);
    }
    const paths = ['secrets.json', 'key', 'kthw.sqlite', 'logs/bot.log', 'machines/machines/demo/console.log'];
    for (const path of [...paths.map((one) => join(stateDir, one)), join(root, 'etc/passwd')])
      expect((await runAsNobody(['cat', path])).stderr, path).toContain('Permission denied');
    expect((await runAsNobody([join(root, 'usr/bin/sudo'), '-V'])).failed).toBe(true);
  });

  test('finds no secret in process arguments, environments and logs', async () => {
    const { stateDir, secrets } = environment.stack;
    const processes = await listMarkedProcesses(mark, id);
    expect(processes.length).toBeGreaterThan(4);
    const logs = (await readdir(join(stateDir, 'logs'))).map((name) => readFile(join(stateDir, 'logs', name), 'utf8'));
    const texts = [(await execa('ps', ['-eo', 'args'])).stdout, ...(await Promise.all(logs))];
    for (const [name, secret] of Object.entries(secrets))
      expect(texts.filter((text) => text.includes(secret)).length, name).toBe(0);
    for (const process of processes) {
      const { stdout } = await runAsNobody(['cat', `/proc/${Number.parseInt(process, 10)}/environ`]);
      expect(stdout, process).toBe('');
    }
  });
});

/** @param script folder of the script that listens */
function toService(script: string, address: string): string {
  if (script === 'src') return 'bot';
  if (script !== 'compute') return script;
  if (address.startsWith('100.')) return 'metadata';
  return address.startsWith('127.0.0.1:') ? 'compute' : 'instance';
}

/** Runs a program as the user `nobody`. */
function runAsNobody(command: readonly string[]) {
  const user = [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', '--no-new-privs'];
  return execa('setpriv', [...user, ...command], { reject: false, timeout: 60_000 });
}

/** Sends a request as the user `nobody`. @returns the status and the body */
async function send(address: string, attempt: Attempt, extraHeaders: object): Promise<string> {
  const { method = 'GET', path, headers = {}, body } = attempt;
  const headerArgs = Object.entries({ ...headers, ...extraHeaders }).flatMap(([name, value]) => [
    '-H',
    `${name}: ${value}`,
  ]);
  const bodyArgs = body === undefined ? [] : ['--data-raw', body];
  const url = `http://${address}${path}`;
  const args = ['-s', '-m', '5', '-w', '\n%{http_code}', '-X', method, ...headerArgs, ...bodyArgs, url];
  const { stdout } = await runAsNobody(['curl', ...args]);
  const end = stdout.lastIndexOf('\n');
  return `${stdout.slice(end + 1)} ${stdout.slice(0, end)}`;
}

/** Signs the command as Slack does. */
function sign(secret: string): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const mac = createHmac('sha256', secret).update(`v0:${timestamp}:${command}`).digest('hex');
  return { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': `v0=${mac}` };
}
