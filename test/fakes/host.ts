import { createHash } from 'node:crypto';
import type { HostFile } from '../../src/engine/ssh/ssh-client.ts';
import { Secret } from '../../src/store/vault/secret.ts';

/**
 * One machine's disk and what runs on it. It does not interpret shell. It knows files by their digests, which step's
 * commands have run, and which services were started and enabled: a step is seen to work once its commands have run here
 * and the services that they started are up. A reboot forgets what runs, and starts what is enabled.
 */
export class FakeHost {
  readonly name: string;
  readonly files = new Map<string, string>();
  /** What the engine noted before it wrote: `DIGEST PATH`. */
  readonly writtenDigests = new Set<string>();
  /** Services that run. */
  readonly runningServices = new Set<string>();
  /** How often each step's commands ran here to their end. */
  readonly stepRuns = new Map<string, number>();
  /** How often each service was started. */
  readonly serviceStarts = new Map<string, number>();
  /** How often etcd's data was thrown away. */
  etcdWipes = 0;
  readonly #enabledServices = new Set<string>();
  readonly #servicesByStep = new Map<string, readonly string[]>();

  constructor(name: string) {
    this.name = name;
  }

  writeFile({ path, content }: HostFile): void {
    this.files.set(path, computeDigest(content));
  }

  /** Runs a step's commands; what they start is read off their text, nothing else is. */
  runStep(step: string, script: string): void {
    const started = parseNames(script, /systemctl (?:re)?start (?:--no-block )?(.+)/g);
    for (const service of parseNames(script, /systemctl enable -q (.+)/g)) this.#enabledServices.add(service);
    for (const service of started) {
      this.runningServices.add(service);
      this.serviceStarts.set(service, (this.serviceStarts.get(service) ?? 0) + 1);
    }
    this.#servicesByStep.set(step, started);
    this.stepRuns.set(step, (this.stepRuns.get(step) ?? 0) + 1);
  }

  /** Whether the step's check would pass. One that only asks for files always does. */
  passesCheck(step: string, check: string): boolean {
    if (check === 'true') return true;
    const started = this.#servicesByStep.get(step);
    return started?.every((service) => this.runningServices.has(service)) ?? false;
  }

  /** Undoes what steps did: services that are named stop, files that are named go. */
  runRemoval(script: string, paths: readonly string[]): void {
    for (const service of parseNames(script, /systemctl disable -q --now (.+)/g)) {
      this.runningServices.delete(service);
      this.#enabledServices.delete(service);
    }
    for (const path of paths) this.files.delete(path);
    if (script.includes('rm -rf /var/lib/etcd')) this.etcdWipes++;
    // What was downloaded is noted there; without the note it counts as not there.
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
