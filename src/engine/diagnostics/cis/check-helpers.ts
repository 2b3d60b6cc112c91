import type { ApiFacts } from './api-facts.ts';
import type { BasicOutcome, Finding, Outcome, ScanInput, Unknown } from './check.ts';
import type { ComputeFacts } from './compute-facts.ts';
import type { ConfigFileName, FileFacts, HostFacts, ProcessFacts } from './host-facts.ts';

export type Facts = HostFacts;

/** What a judge says of each controller. */
export function inspectControllers<S extends Outcome = BasicOutcome>(check: (facts: Facts, minor: number) => S) {
  return inspectInstances(check, 'controller');
}

export function inspectWorkers<S extends Outcome = BasicOutcome>(check: (facts: Facts, minor: number) => S) {
  return inspectInstances(check, 'worker');
}

function inspectInstances<S extends Outcome>(check: (facts: Facts, minor: number) => S, role: 'controller' | 'worker') {
  return ({ instances, minor }: ScanInput): Finding<S | Unknown>[] =>
    instances
      .filter((instance) => instance.role === role)
      .map(({ name, facts }) => ({ instance: name, actual: 'unknown' in facts ? facts : check(facts, minor) }));
}

export function inspectApi<S extends Outcome>(check: (facts: ApiFacts) => S) {
  return ({ api }: ScanInput): Finding<S | Unknown>[] => [{ actual: 'unknown' in api ? api : check(api) }];
}

export function inspectCompute<S extends Outcome>(check: (facts: ComputeFacts) => S) {
  return ({ compute }: ScanInput): Finding<S | Unknown>[] => [
    { actual: 'unknown' in compute ? compute : check(compute) },
  ];
}

/** What is said of a service, where it runs. */
export function checkProcess<S extends Outcome>(service: string, check: (process: ProcessFacts, facts: Facts) => S) {
  return (facts: Facts): S | Unknown => {
    const process = facts.processes.get(service);
    return process ? check(process, facts) : { unknown: `${service} does not run` };
  };
}

/** A flag of a service that runs. @param expected what it should be, or whether it will do */
export function checkFlag(service: string, name: string, expected: string | ((value: string) => boolean)) {
  return checkProcess(service, ({ flags }): BasicOutcome => {
    const value = flags.get(name);
    if (value === undefined) return { failure: `\`--${name}\` is not set` };
    const isExpected = typeof expected === 'string' ? value === expected : expected(value);
    return isExpected ? 'right' : { failure: `\`--${name}\` is \`${value}\`` };
  });
}

/** A file that is there. */
export function checkFile<S extends Outcome>(
  facts: Facts,
  path: string,
  check: (fileFacts: FileFacts) => S,
): S | Unknown {
  const fileFacts = facts.files.get(path);
  return fileFacts ? check(fileFacts) : { unknown: `there is no ${path}` };
}

export function checkRootOwnership(facts: Facts, path: string): BasicOutcome {
  return checkFile(facts, path, ({ owner }) =>
    owner === 'root:root' ? 'right' : { failure: `${path} belongs to \`${owner}\`` },
  );
}

/** For root alone to read and write. */
export function checkRootOnlyMode(facts: Facts, path: string): BasicOutcome {
  return checkFile(facts, path, ({ mode }) =>
    (mode & ~0o600) === 0 ? 'right' : { failure: `${path} has mode \`${mode.toString(8)}\`` },
  );
}

/** The first that is not right; right where all are. */
export function findWorst(outcomes: readonly BasicOutcome[]): BasicOutcome {
  return (
    outcomes.find((outcome) => outcome !== 'right' && 'failure' in outcome) ??
    outcomes.find((outcome) => outcome !== 'right') ??
    'right'
  );
}

/** A file that a service reads when it starts: what it says is what runs, unless it was changed since. */
export function checkConfigFile<S extends Outcome>(
  service: string,
  name: ConfigFileName,
  check: (content: unknown, process: ProcessFacts) => S,
) {
  return checkProcess(service, (process, facts): S | BasicOutcome => {
    const configFile = facts.configFiles.get(name);
    if (!configFile) return { failure: `${service} is given no such file` };
    if (configFile.content === undefined) return { unknown: `${configFile.path} can't be read` };
    if (configFile.modifiedAt > process.startedAt)
      return { failure: `${service} started before ${configFile.path} was changed` };
    return check(configFile.content, process);
  });
}

/** What stands at a place in parsed YAML. */
export function getField(content: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (current, key) =>
      typeof current === 'object' && current !== null ? (current as Record<string, unknown>)[key] : undefined,
    content,
  );
}

export function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
