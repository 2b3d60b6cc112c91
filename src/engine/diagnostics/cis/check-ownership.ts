import type { BasicOutcome } from './check.ts';
import type { FileFacts, HostFacts } from './host-facts.ts';

export function checkRootOwnership(facts: HostFacts, path: string): BasicOutcome {
  return checkOwnership(facts, path, 'root:root');
}

/** @param expected as `user:group` */
export function checkOwnership(facts: HostFacts, path: string, expected: string): BasicOutcome {
  return checkFile(facts, path, ({ owner }) =>
    owner === expected ? 'pass' : { failure: `${path} is owned by \`${owner}\`` },
  );
}

/** Requires mode 600 or stricter. */
export function checkRootOnlyMode(facts: HostFacts, path: string): BasicOutcome {
  return checkFile(facts, path, ({ mode }) =>
    (mode & ~0o600) === 0 ? 'pass' : { failure: `${path} has mode \`${mode.toString(8)}\`` },
  );
}

/** Checks a file; `unknown` if it does not exist. */
function checkFile(facts: HostFacts, path: string, check: (fileFacts: FileFacts) => BasicOutcome): BasicOutcome {
  const fileFacts = facts.files.get(path);
  return fileFacts ? check(fileFacts) : { unknown: `${path} does not exist` };
}
