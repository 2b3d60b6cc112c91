import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import ssh2 from 'ssh2';
import { systemPath } from '../../../local/cloud/machines/host.ts';
import { namesOf, tagOf } from '../../../local/cloud/machines/names.ts';
import { missingRequirements } from '../../../local/cloud/machines/requirements.ts';
import type { FirewallPlan, MachinePlan } from '../../../local/cloud/machines.ts';

/** Why real machines can't be tested here; empty where they can. */
export async function whyNot(): Promise<readonly string[]> {
  const programs = new Set(
    (await Promise.all(systemPath.split(':').map((each) => readdir(each).catch(() => [])))).flat(),
  );
  return missingRequirements({
    platform: process.platform,
    uid: process.getuid?.(),
    has: (name) => programs.has(name),
  });
}

/** A state folder of its own, which is gone afterwards. */
export async function stateFolder(): Promise<string> {
  return await mkdtemp('/var/tmp/kthw-test-');
}

/** External addresses that no other test uses at the same time. */
export function addresses(): (last: number) => string {
  return (last) => `127.${100 + (process.pid % 100)}.${(process.pid >> 7) & 255}.${last}`;
}

export const keys = ssh2.utils.generateKeyPairSync('ed25519', { comment: 'test' });

export function machinePlan(name: string, address: string, changes: Partial<MachinePlan> = {}): MachinePlan {
  return {
    name,
    id: `1${address.replaceAll('.', '')}`,
    network: 'demo',
    address,
    tags: [],
    canIpForward: false,
    limits: { cpus: 2, memoryBytes: 1024 ** 3 },
    metadata: {
      project: { 'ssh-keys': `somebody:${keys.public}` },
      instance: { 'enable-guest-attributes': 'TRUE' },
      zone: 'us-west1-c',
      projectId: 'project-1',
      externalAddress: undefined,
    },
    ...changes,
  };
}

export function firewallRule(name: string, changes: Partial<FirewallPlan>): FirewallPlan {
  const allow = [{ protocol: 'tcp', ports: ['22'] }];
  return { name, action: 'allow', priority: 1000, sourceRanges: [], sourceTags: [], targetTags: [], allow, ...changes };
}

/** Tries until it's true. @throws Error after the deadline */
export async function until(what: string, met: () => Promise<boolean> | boolean, deadlineMs = 15_000): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  while (!(await met())) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await sleep(50);
  }
}

/** A way into a machine, by its external address. */
export class Shell {
  readonly #client: ssh2.Client;
  /** The key that the machine showed, in base64. */
  readonly hostKey: string;

  constructor(client: ssh2.Client, hostKey: string) {
    this.#client = client;
    this.hostKey = hostKey;
  }

  /** Connects as soon as the machine lets it. */
  static async open(host: string, username = 'somebody', deadlineMs = 15_000): Promise<Shell> {
    let shell: Shell | undefined;
    async function getsIn(): Promise<boolean> {
      shell = await attempt(host, username);
      return shell !== undefined;
    }
    await until(`${username}@${host} gets in`, getsIn, deadlineMs);
    if (shell === undefined) throw new Error('unreachable');
    return shell;
  }

  /** What a script says, errors included, and its exit code on failure. */
  async run(script: string): Promise<string> {
    return await new Promise((resolve, reject) => {
      this.#client.exec('bash -s 2>&1', (error, stream) => {
        if (error !== undefined) return reject(error);
        let said = '';
        stream.on('data', (chunk: Buffer) => {
          said += chunk;
        });
        stream.on('close', (code: number | null) => resolve(code === 0 ? said.trim() : `${said}exit code ${code}`));
        stream.end(script);
      });
    });
  }

  close(): void {
    this.#client.end();
  }
}

async function attempt(host: string, username: string): Promise<Shell | undefined> {
  const client = new ssh2.Client();
  let hostKey = '';
  return await new Promise((resolve) => {
    client.on('ready', () => resolve(new Shell(client, hostKey)));
    client.on('error', () => resolve(undefined));
    client.on('close', () => resolve(undefined));
    client.connect({
      host,
      username,
      privateKey: keys.private,
      readyTimeout: 5_000,
      hostVerifier: (key: Buffer) => {
        hostKey = key.toString('base64');
        return true;
      },
    });
  });
}

/** All that a run with this state folder has on the host now: namespaces, interfaces, mounts, cgroups, files, processes. */
export async function leftovers(stateDir: string): Promise<readonly string[]> {
  const names = namesOf(tagOf(stateDir));
  const listed = async (folder: string) => await readdir(folder).catch(() => []);
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').filter((line) => line.includes(stateDir));
  const groups = await execa('find', ['/sys/fs/cgroup', '-maxdepth', '2', '-name', names.group]);
  const processes = await execa('pgrep', ['-f', '--', `--directory=${stateDir}`], { reject: false });
  return [
    ...(await listed('/run/netns')).filter(names.isNamespace),
    ...(await listed('/sys/class/net')).filter(names.isUplink),
    ...(await listed('/run/kthw')).filter((file) => file.startsWith(tagOf(stateDir))),
    ...(await listed(stateDir)).map((file) => join(stateDir, file)),
    ...mounts,
    ...groups.stdout.split('\n').filter((line) => line !== ''),
    ...processes.stdout.split('\n').filter((line) => line !== ''),
  ];
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}
