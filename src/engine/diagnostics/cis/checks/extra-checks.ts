import { paths } from '../../../render/paths.ts';
import type { BasicOutcome, Check, Finding, Outcome, ScanInput } from '../check.ts';
import { type Facts, findWorst, inspectCompute, inspectControllers } from '../check-helpers.ts';
import type { ComputeFacts } from '../compute-facts.ts';

/** Who looks at machines opens the way to them, and shuts it afterwards. */
const retryHint = 'ask again in a minute, in case somebody looks at the machines just now';

/** What the tutorial leaves open and the benchmark does not ask for. */
export const extraChecks: readonly Check[] = [
  {
    title: 'ssh is closed',
    automated: false,
    remediation: `${retryHint}, or disable the rule`,
    inspect: (input) =>
      inspectCompute(({ sshRules: [rule] }) =>
        rule
          ? toSshOutcome(input, `the firewall rule \`${rule.name}\` lets ${rule.sourceRanges.join(', ')} in`)
          : 'right',
      )(input),
  },
  {
    title: "no ssh key is in the machines' metadata",
    automated: false,
    remediation: `${retryHint}, or remove \`ssh-keys\` from the machine's metadata`,
    inspect: (input) =>
      inspectEachInstance(({ hasSshKey }) => (hasSshKey ? toSshOutcome(input, 'there is one') : 'right'))(input),
  },
  {
    title: "machines can't change the project",
    automated: false,
    remediation: 'make the machine anew: scopes are given to it when it is made',
    inspect: inspectEachInstance(({ scopes }) => {
      const broadScope = scopes.find((scope) => /\/(compute|cloud-platform)$/.test(scope));
      return broadScope ? { failure: `it has the scope \`${broadScope.replace(/.*\//, '')}\`` } : 'right';
    }),
  },
  {
    title: "an authority's key lies only where it signs",
    automated: false,
    remediation: 'remove it there; it rests in the vault',
    inspect: inspectCaKeys,
  },
  {
    title: 'etcd and the control plane run as users of their own',
    automated: false,
    remediation: 'set `User=` in its unit to a user that nothing else has',
    inspect: inspectControllers(checkServiceUsers),
  },
  {
    title: 'secrets rest under `secretbox`, or the like',
    automated: false,
    remediation:
      'name `secretbox` first in the encryption configuration, restart kube-apiserver, and write secrets anew',
    inspect: inspectControllers(({ encryptionProviders: [first] }): BasicOutcome => {
      if (first === undefined) return { unknown: 'the encryption configuration was not found' };
      return ['secretbox', 'kms'].includes(first) ? 'right' : { failure: `they are written with \`${first}\`` };
    }),
  },
];

function toSshOutcome({ busy }: ScanInput, failure: string): Outcome {
  return busy ? { waived: 'a run needs it, and closes it at its end' } : { failure };
}

function inspectEachInstance(check: (instance: ComputeFacts['instances'][number]) => Outcome) {
  return ({ compute }: ScanInput): Finding[] =>
    'unknown' in compute
      ? [{ actual: compute }]
      : compute.instances.map((instance) => ({ instance: instance.name, actual: check(instance) }));
}

/** The cluster's authority signs on controllers, for whoever asks Kubernetes for a certificate; etcd's signs in the vault alone. */
function inspectCaKeys({ instances }: ScanInput): Finding<BasicOutcome>[] {
  const hostFacts = instances.flatMap(({ facts }) => ('unknown' in facts ? [] : [facts]));
  const certificateAuthorities = hostFacts.flatMap((facts) => facts.certificateAuthorities);
  if (certificateAuthorities.length === 0)
    return [{ actual: { unknown: 'no controller could be asked for its authorities' } }];
  const caPublicKeys = new Set(certificateAuthorities.map(({ publicKey }) => publicKey));
  return instances.map(({ name, facts }) => ({
    instance: name,
    actual:
      'unknown' in facts
        ? facts
        : findWorst(facts.privateKeys.filter((key) => caPublicKeys.has(key.publicKey)).map(createCaKeyCheck(facts))),
  }));
}

function createCaKeyCheck({ processes, files, certificateAuthorities }: Facts) {
  const manager = 'kube-controller-manager';
  const signingKeyPath = processes.get(manager)?.flags.get('cluster-signing-key-file');
  const signingPublicKey = certificateAuthorities.find((one) => one.service === manager)?.publicKey;
  return ({ path, publicKey }: Facts['privateKeys'][number]): BasicOutcome => {
    const isNeeded =
      publicKey === signingPublicKey &&
      signingKeyPath !== undefined &&
      [signingKeyPath, `${paths.kubernetes}/ca-key.pem`].includes(path);
    if (!isNeeded) return { failure: `one lies at ${path}` };
    const mode = files.get(path)?.mode ?? 0;
    return (mode & 0o077) === 0 ? 'right' : { failure: `others can read ${path}` };
  };
}

function checkServiceUsers({ processes }: Facts): BasicOutcome {
  const serviceUsers = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map(
    (service) => [service, processes.get(service)?.user] as const,
  );
  return findWorst(
    serviceUsers.map(([service, user]): BasicOutcome => {
      if (user === undefined) return { unknown: `${service} does not run` };
      if (user === 'root') return { failure: `${service} runs as root` };
      const other = serviceUsers.find(([of, its]) => of !== service && its === user)?.[0];
      return other ? { failure: `${service} runs as the user of ${other}` } : 'right';
    }),
  );
}
