import { randomUUID } from 'node:crypto';
import type { Call } from '../gcp/compute/compute-client.ts';
import { orEnd } from '../ssh/abort-scope.ts';
import type { Host, Remote } from '../ssh/ssh-client.ts';
import { KthwError } from '../workflow/errors.ts';
import type { Clock } from '../workflow/step.ts';
import { type Hinges, setKey, setRule } from './ssh-access.ts';

/** A machine's agent takes a moment to let a key in, and a network to learn of a rule. */
const settleMs = 15_000;
const againMs = 200;

export interface DoorRemote extends Remote {
  /** Opens it for all machines, before any is visited. What fails here the visits meet as well. */
  open(signal: AbortSignal): Promise<void>;
}

/** Looking whether a machine can be reached, and opening where it can't: when that was, or that there was nothing to do. */
type Look = Promise<Date | undefined>;

/**
 * The same machines over ssh, through a door that may be shut. It is looked at once for each machine, beside the first
 * visit, so that a visit through an open door waits for nothing; a visit that is not let in looks again, because somebody
 * may have shut it meanwhile, and goes once more when it had to be opened.
 */
export function throughDoor(remote: Remote, c: Hinges & { readonly clock: Clock }): DoorRemote {
  const { clock, cluster } = c;
  const looks = new Map<string, Look>();
  const closing = new AbortController();
  let rule: Promise<boolean> | undefined;

  /** One look at the rule at a time, whoever asks. */
  function openRule(): Promise<boolean> {
    rule ??= setRule(c, 'open', call()).finally(() => {
      rule = undefined;
    });
    return rule;
  }

  function look(name: string): Look {
    const looking = lookNow(name);
    looks.set(name, looking);
    // Whoever is let in never asks what came of it.
    looking.catch(() => {
      if (looks.get(name) === looking) looks.delete(name);
    });
    return looking;
  }

  async function lookNow(name: string): Look {
    const machine = cluster.machines.find((one) => one.name === name);
    const opened = await Promise.all([openRule(), machine ? setKey(c, machine, 'open', call()) : false]);
    return opened.includes(true) ? clock.now() : undefined;
  }

  async function visit<T>(name: string, signal: AbortSignal, go: () => Promise<T>): Promise<T> {
    let known = looks.get(name);
    let looking = known ?? look(name);
    for (;;) {
      try {
        return await go();
      } catch (error) {
        if (!isShutOut(error)) throw error;
        let openedAt = await orEnd(looking, signal);
        if (known && !isRecent(openedAt)) {
          known = undefined;
          looking = look(name);
          openedAt = await orEnd(looking, signal);
        }
        if (!isRecent(openedAt)) throw error;
        await clock.sleep(againMs, signal);
      }
    }
  }

  function isRecent(at: Date | undefined): boolean {
    return at !== undefined && +clock.now() - +at < settleMs;
  }

  function call(): Call {
    return { request: randomUUID(), signal: closing.signal };
  }

  return {
    host(target): Host {
      const host = remote.host(target);
      const through = <O extends { readonly signal: AbortSignal }, T>({ signal }: O, go: () => Promise<T>) =>
        visit(target.name, signal, go);
      return {
        run: (script, options) => through(options, () => host.run(script, options)),
        write: (files, options) => through(options, () => host.write(files, options)),
        visit: (parts, options) => through(options, () => host.visit(parts, options)),
      };
    },
    async open(signal) {
      const looking = cluster.machines.map(({ name }) => looks.get(name) ?? look(name));
      await orEnd(Promise.allSettled(looking), signal).catch(() => undefined);
    },
    async close() {
      closing.abort();
      await remote.close();
    },
  };
}

/** No connection came about, so that nothing was run. */
function isShutOut(error: unknown): boolean {
  return error instanceof KthwError && (error.code === 'ssh-unreachable' || error.code === 'ssh-denied');
}

/** Shuts it for the rule and all machines. @throws KthwError */
export async function shutDoor(c: Hinges, signal: AbortSignal): Promise<void> {
  const call = (): Call => ({ request: randomUUID(), signal });
  await Promise.all([
    setRule(c, 'shut', call()),
    ...c.cluster.machines.map((machine) => setKey(c, machine, 'shut', call())),
  ]);
}
