import { createHash } from 'node:crypto';
import type { HostFile } from '../../src/engine/ssh/ssh-client.ts';
import { Secret } from '../../src/store/vault/secret.ts';

/**
 * The one fake of a host: the disk and services of an instance. It runs no shell and reads service names from scripts. A
 * check passes once the step's apply script ran here and the services that it started run. A reboot starts enabled services.
 */
export class FakeHost {
  readonly name: string;
  readonly files = new Map<string, string>();
  /** The engine's manifest of written files: `DIGEST PATH`. */
  readonly writtenDigests = new Set<string>();
  readonly runningServices = new Set<string>();
  /** Completed apply scripts by step. */
  readonly stepRuns = new Map<string, number>();
  readonly serviceStarts = new Map<string, number>();
  /** Number of deletions of etcd's data. */
  etcdWipes = 0;
  /** etcd was started and its data has not been deleted since. */
  hasEtcdData = false;
  readonly #enabledServices = new Set<string>();
  readonly #servicesByStep = new Map<string, readonly string[]>();

  constructor(name: string) {
    this.name = name;
  }

  writeFile({ path, content }: HostFile): void {
    this.files.set(path, computeDigest(content));
  }

  /** Records a step's apply script and starts the services that it names. */
  runStep(step: string, script: string): void {
    const started = parseNames(script, /systemctl (?:re)?start (?:--no-block )?(.+)/g);
    for (const service of parseNames(script, /systemctl enable -q (.+)/g)) this.#enabledServices.add(service);
    for (const service of started) {
      this.runningServices.add(service);
      this.serviceStarts.set(service, (this.serviceStarts.get(service) ?? 0) + 1);
    }
    if (started.includes('etcd')) this.hasEtcdData = true;
    this.#servicesByStep.set(step, started);
    this.stepRuns.set(step, (this.stepRuns.get(step) ?? 0) + 1);
  }

  /** Whether the step's check passes. A step without a check script always passes. */
  passesCheck(step: string, check: string): boolean {
    if (check === 'true') return true;
    const started = this.#servicesByStep.get(step);
    return started?.every((service) => this.runningServices.has(service)) ?? false;
  }

  /** Stops the named services and deletes the files. */
  runRemoval(script: string, paths: readonly string[]): void {
    for (const service of parseNames(script, /systemctl disable -q --now (.+)/g)) {
      this.runningServices.delete(service);
      this.#enabledServices.delete(service);
    }
    for (const path of paths) this.files.delete(path);
    if (script.includes('rm -rf /var/lib/etcd')) {
      this.etcdWipes++;
      this.hasEtcdData = false;
    }
    // The directory records completed downloads.
    if (script.includes('rm -rf /var/lib/kthw/have')) this.#forgetSteps('downloads/');
  }

  #forgetSteps(steps: string): void {
    for (const step of this.#servicesByStep.keys()) if (step.startsWith(steps)) this.#servicesByStep.delete(step);
  }

  reboot(): void {
    this.runningServices.clear();
    for (const service of this.#enabledServices) this.runningServices.add(service);
  }
}

export function computeDigest(content: HostFile['content']): string {
  return createHash('sha256')
    .update(content instanceof Secret ? content.revealBytes() : content)
    .digest('hex');
}

function parseNames(script: string, command: RegExp): string[] {
  return [...script.matchAll(command)].flatMap(([, rest = '']) =>
    (rest.split(/ && | \|\| |\n|;/)[0] ?? '').trim().split(' '),
  );
}
