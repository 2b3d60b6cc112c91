import type { ApiFacts } from './api-facts.ts';
import type { Evidence, Plain, Saw, Sighting, Unseen } from './check.ts';
import type { CloudFacts } from './compute-facts.ts';
import type { FileFacts, MachineFacts, ProcessFacts, TextName } from './host-facts.ts';

export type Facts = MachineFacts;

/** What a judge says of each controller. */
export function onControllers<S extends Saw = Plain>(see: (facts: Facts, minor: number) => S) {
  return onMachines(see, 'controller');
}

export function onWorkers<S extends Saw = Plain>(see: (facts: Facts, minor: number) => S) {
  return onMachines(see, 'worker');
}

function onMachines<S extends Saw>(see: (facts: Facts, minor: number) => S, role: 'controller' | 'worker') {
  return ({ machines, minor }: Evidence): Sighting<S | Unseen>[] =>
    machines
      .filter((machine) => machine.role === role)
      .map(({ name, facts }) => ({ at: name, saw: 'unseen' in facts ? facts : see(facts, minor) }));
}

export function inApi<S extends Saw>(see: (facts: ApiFacts) => S) {
  return ({ api }: Evidence): Sighting<S | Unseen>[] => [{ saw: 'unseen' in api ? api : see(api) }];
}

export function inCloud<S extends Saw>(see: (facts: CloudFacts) => S) {
  return ({ cloud }: Evidence): Sighting<S | Unseen>[] => [{ saw: 'unseen' in cloud ? cloud : see(cloud) }];
}

/** What is said of a service, where it runs. */
export function of<S extends Saw>(service: string, see: (process: ProcessFacts, facts: Facts) => S) {
  return (facts: Facts): S | Unseen => {
    const process = facts.processes.get(service);
    return process ? see(process, facts) : { unseen: `${service} does not run` };
  };
}

/** A flag of a service that runs. @param want what it should be, or whether it will do */
export function flag(service: string, name: string, want: string | ((value: string) => boolean)) {
  return of(service, ({ flags }): Plain => {
    const value = flags.get(name);
    if (value === undefined) return { wrong: `\`--${name}\` is not set` };
    const will = typeof want === 'string' ? value === want : want(value);
    return will ? 'right' : { wrong: `\`--${name}\` is \`${value}\`` };
  });
}

/** A file that is there. */
export function file<S extends Saw>(facts: Facts, path: string, see: (found: FileFacts) => S): S | Unseen {
  const found = facts.files.get(path);
  return found ? see(found) : { unseen: `there is no ${path}` };
}

export function isRoots(facts: Facts, path: string): Plain {
  return file(facts, path, ({ owner }) =>
    owner === 'root:root' ? 'right' : { wrong: `${path} belongs to \`${owner}\`` },
  );
}

/** For root alone to read and write. */
export function isClosed(facts: Facts, path: string): Plain {
  return file(facts, path, ({ mode }) =>
    (mode & ~0o600) === 0 ? 'right' : { wrong: `${path} has mode \`${mode.toString(8)}\`` },
  );
}

/** The first that is not right; right where all are. */
export function worst(saws: readonly Plain[]): Plain {
  return saws.find((saw) => saw !== 'right' && 'wrong' in saw) ?? saws.find((saw) => saw !== 'right') ?? 'right';
}

/** A file that a service reads when it starts: what it says is what runs, unless it was changed since. */
export function text<S extends Saw>(
  service: string,
  name: TextName,
  see: (content: unknown, process: ProcessFacts) => S,
) {
  return of(service, (process, facts): S | Plain => {
    const found = facts.texts.get(name);
    if (!found) return { wrong: `${service} is given no such file` };
    if (found.content === undefined) return { unseen: `${found.path} can't be read` };
    if (found.changedAt > process.startedAt) return { wrong: `${service} started before ${found.path} was changed` };
    return see(found.content, process);
  });
}

/** What stands at a place in parsed YAML. */
export function field(content: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined),
    content,
  );
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
