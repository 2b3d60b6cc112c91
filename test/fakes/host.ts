import { createHash } from 'node:crypto';
import type { HostFile } from '../../src/engine/ssh/ssh-client.ts';
import { Secret } from '../../src/store/vault/secret.ts';

/**
 * One machine's disk and what runs on it. It does not interpret shell. It knows files by their digests, which step's
 * commands have run, and which services were started and enabled: a step is seen to work once its commands have run here
 * and the services that they started are up. A reboot forgets what runs, and starts what is enabled.
 */
export class MachineDouble {
  readonly name: string;
  readonly files = new Map<string, string>();
  /** What the engine noted before it wrote: `DIGEST PATH`. */
  readonly ledger = new Set<string>();
  /** Services that run. */
  readonly running = new Set<string>();
  /** How often each step's commands ran here to their end. */
  readonly ran = new Map<string, number>();
  /** How often each service was started. */
  readonly starts = new Map<string, number>();
  /** How often etcd's data was thrown away. */
  wipes = 0;
  readonly #enabled = new Set<string>();
  readonly #startedBy = new Map<string, readonly string[]>();

  constructor(name: string) {
    this.name = name;
  }

  write({ path, content }: HostFile): void {
    this.files.set(path, digestOf(content));
  }

  /** Runs a step's commands; what they start is read off their text, nothing else is. */
  make(step: string, script: string): void {
    const started = namesAfter(script, /systemctl (?:re)?start (?:--no-block )?(.+)/g);
    for (const service of namesAfter(script, /systemctl enable -q (.+)/g)) this.#enabled.add(service);
    for (const service of started) {
      this.running.add(service);
      this.starts.set(service, (this.starts.get(service) ?? 0) + 1);
    }
    this.#startedBy.set(step, started);
    this.ran.set(step, (this.ran.get(step) ?? 0) + 1);
  }

  /** Whether the step's check would pass. One that only asks for files always does. */
  works(step: string, check: string): boolean {
    if (check === 'true') return true;
    const started = this.#startedBy.get(step);
    return started?.every((service) => this.running.has(service)) ?? false;
  }

  /** Undoes what steps did: services that are named stop, files that are named go. */
  undo(script: string, paths: readonly string[]): void {
    for (const service of namesAfter(script, /systemctl disable -q --now (.+)/g)) {
      this.running.delete(service);
      this.#enabled.delete(service);
    }
    for (const path of paths) this.files.delete(path);
    if (script.includes('rm -rf /var/lib/etcd')) this.wipes++;
    // What was downloaded is noted there; without the note it counts as not there.
    if (script.includes('rm -rf /var/lib/kthw/have')) this.#forget('downloads/');
  }

  #forget(steps: string): void {
    for (const step of this.#startedBy.keys()) if (step.startsWith(steps)) this.#startedBy.delete(step);
  }

  reboot(): void {
    this.running.clear();
    for (const service of this.#enabled) this.running.add(service);
  }
}

export function digestOf(content: HostFile['content']): string {
  return createHash('sha256')
    .update(content instanceof Secret ? content.revealBytes() : content)
    .digest('hex');
}

function namesAfter(script: string, command: RegExp): string[] {
  return [...script.matchAll(command)].flatMap(([, rest = '']) =>
    (rest.split(/ && | \|\| |\n|;/)[0] ?? '').trim().split(' '),
  );
}
