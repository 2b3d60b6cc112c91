import type { BasicOutcome, Outcome, Unknown } from './check.ts';
import type { ConfigFileName, HostFacts, ProcessFacts } from './host-facts.ts';

/** Checks a running service; `unknown` if it does not run. */
export function checkProcess<S extends Outcome>(
  service: string,
  check: (process: ProcessFacts, facts: HostFacts) => S,
) {
  return (facts: HostFacts): S | Unknown => {
    const process = facts.processes.get(service);
    return process ? check(process, facts) : { unknown: `${service} is not running` };
  };
}

/** Checks a flag of a running service. @param expected the value, or a predicate */
export function checkFlag(service: string, name: string, expected: string | ((value: string) => boolean)) {
  return checkProcess(service, ({ flags }): BasicOutcome => {
    const value = flags.get(name);
    if (value === undefined) return { failure: `\`--${name}\` is not set` };
    const isExpected = typeof expected === 'string' ? value === expected : expected(value);
    return isExpected ? 'pass' : { failure: `\`--${name}\` is \`${value}\`` };
  });
}

/** Checks a file that a service reads at startup. Fails if the file changed after the service started. */
export function checkConfigFile<S extends Outcome>(
  service: string,
  name: ConfigFileName,
  check: (content: unknown, process: ProcessFacts) => S,
) {
  return checkProcess(service, (process, facts): S | BasicOutcome => {
    const configFile = facts.configFiles.get(name);
    if (!configFile) return { failure: `${service} has no ${name} file configured` };
    if (configFile.content === undefined) return { unknown: `${configFile.path} is not valid YAML` };
    if (configFile.modifiedAt > process.startedAt)
      return { failure: `${configFile.path} changed after ${service} started` };
    return check(configFile.content, process);
  });
}
