import { metadataFirewall } from '../../../render/metadata-firewall.ts';
import { paths } from '../../../render/paths.ts';
import type { BasicOutcome, Check, Finding, Outcome, ScanInput } from '../check.ts';
import type { ComputeFacts } from '../compute-facts.ts';
import { findWorst } from '../find-worst.ts';
import type { HostFacts } from '../host-facts.ts';
import { inspectCompute } from '../inspect-api.ts';
import { inspectControllers, inspectWorkers } from '../inspect-controllers.ts';

/** Inspections such as this one enable SSH access temporarily. */
const retryHint = 'retry in a minute, in case another inspection is in progress';

const addMetadata = (entry: string) => `run \`gcloud compute instances add-metadata NAME --metadata=${entry}\``;

/** Gaps of the tutorial that the benchmark does not cover. */
export const extraChecks: readonly Check[] = [
  {
    title: 'SSH access disabled',
    automated: false,
    remediation: `${retryHint}, or disable the firewall rule`,
    inspect: (input) =>
      inspectCompute(({ sshRules: [rule] }) =>
        rule ? toSshOutcome(input, `firewall rule \`${rule.name}\` allows ${rule.sourceRanges.join(', ')}`) : 'pass',
      )(input),
  },
  {
    title: 'no SSH key in instance metadata',
    automated: false,
    remediation: `${retryHint}, or remove \`ssh-keys\` from the instance metadata`,
    inspect: (input) =>
      inspectEachInstance(({ hasSshKey }) => (hasSshKey ? toSshOutcome(input, '`ssh-keys` is set') : 'pass'))(input),
  },
  {
    title: 'instances have no service account',
    automated: false,
    remediation:
      'stop the instance, run `gcloud compute instances set-service-account NAME --no-service-account --no-scopes`, and start it',
    inspect: inspectEachInstance(({ serviceAccounts: [email] }) =>
      email === undefined ? 'pass' : { failure: `has service account \`${email}\`` },
    ),
  },
  {
    title: 'instances block project-wide SSH keys',
    automated: false,
    remediation: addMetadata('block-project-ssh-keys=TRUE'),
    inspect: inspectEachInstance(({ blocksProjectSshKeys }) =>
      blocksProjectSshKeys ? 'pass' : { failure: "accepts the project's SSH keys" },
    ),
  },
  {
    title: 'instances disable OS Login',
    automated: false,
    remediation: addMetadata('enable-oslogin=FALSE'),
    inspect: inspectEachInstance(({ disablesOsLogin }) =>
      disablesOsLogin ? 'pass' : { failure: '`enable-oslogin` is not `FALSE`' },
    ),
  },
  {
    title: 'pods reach only DNS of the metadata server',
    automated: false,
    remediation: `run \`systemctl restart ${metadataFirewall.unit}\` on the worker`,
    inspect: inspectWorkers(
      ({ hasMetadataFirewall }): BasicOutcome =>
        hasMetadataFirewall ? 'pass' : { failure: 'the metadata firewall is not active, or was changed' },
    ),
  },
  {
    title: 'CA private keys only where they sign',
    automated: false,
    remediation: 'delete the copy; the vault has the key',
    inspect: inspectCaKeys,
  },
  {
    title: 'etcd and control plane run as dedicated users',
    automated: false,
    remediation: 'set `User=` in the unit to a dedicated user',
    inspect: inspectControllers(checkServiceUsers),
  },
  {
    title: 'Secrets encrypted with `secretbox` or KMS',
    automated: false,
    remediation:
      'list `secretbox` first in the encryption configuration, restart kube-apiserver and rewrite all Secrets',
    inspect: inspectControllers(({ encryptionProviders: [first] }): BasicOutcome => {
      if (first === undefined) return { unknown: 'encryption configuration not found' };
      return ['secretbox', 'kms'].includes(first) ? 'pass' : { failure: `Secrets are encrypted with \`${first}\`` };
    }),
  },
];

function toSshOutcome({ busy }: ScanInput, failure: string): Outcome {
  return busy ? { waived: 'a run needs it and disables it when it ends' } : { failure };
}

function inspectEachInstance(check: (instance: ComputeFacts['instances'][number]) => Outcome) {
  return ({ compute }: ScanInput): Finding[] =>
    'unknown' in compute
      ? [{ actual: compute }]
      : compute.instances.map((instance) => ({ instance: instance.name, actual: check(instance) }));
}

/** The cluster CA signs on controllers, for certificate signing requests. The etcd CA signs in the vault only. */
function inspectCaKeys({ instances }: ScanInput): Finding<BasicOutcome>[] {
  const hostFacts = instances.flatMap(({ facts }) => ('unknown' in facts ? [] : [facts]));
  const certificateAuthorities = hostFacts.flatMap((facts) => facts.certificateAuthorities);
  if (certificateAuthorities.length === 0)
    return [{ actual: { unknown: 'no controller could be checked for its CAs' } }];
  const caPublicKeys = new Set(certificateAuthorities.map(({ publicKey }) => publicKey));
  return instances.map(({ name, facts }) => ({
    instance: name,
    actual:
      'unknown' in facts
        ? facts
        : findWorst(facts.privateKeys.filter((key) => caPublicKeys.has(key.publicKey)).map(createCaKeyCheck(facts))),
  }));
}

function createCaKeyCheck({ processes, files, certificateAuthorities }: HostFacts) {
  const manager = 'kube-controller-manager';
  const signingKeyPath = processes.get(manager)?.flags.get('cluster-signing-key-file');
  const signingPublicKey = certificateAuthorities.find((ca) => ca.service === manager)?.publicKey;
  return ({ path, publicKey }: HostFacts['privateKeys'][number]): BasicOutcome => {
    const isNeeded =
      publicKey === signingPublicKey &&
      signingKeyPath !== undefined &&
      [signingKeyPath, `${paths.kubernetes}/ca-key.pem`].includes(path);
    if (!isNeeded) return { failure: `found at ${path}` };
    const mode = files.get(path)?.mode ?? 0;
    return (mode & 0o077) === 0 ? 'pass' : { failure: `${path} is readable by other users` };
  };
}

function checkServiceUsers({ processes }: HostFacts): BasicOutcome {
  const serviceUsers = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map(
    (service) => [service, processes.get(service)?.user] as const,
  );
  return findWorst(
    serviceUsers.map(([service, user]): BasicOutcome => {
      if (user === undefined) return { unknown: `${service} is not running` };
      if (user === 'root') return { failure: `${service} runs as root` };
      const other = serviceUsers.find(
        ([otherService, otherUser]) => otherService !== service && otherUser === user,
      )?.[0];
      return other ? { failure: `${service} and ${other} run as the same user` } : 'pass';
    }),
  );
}
