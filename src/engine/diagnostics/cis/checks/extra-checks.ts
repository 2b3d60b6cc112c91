import { paths } from '../../../render/paths.ts';
import type { Evidence, Item, Plain, Saw, Sighting } from '../check.ts';
import { type Facts, inCloud, onControllers, worst } from '../check-helpers.ts';
import type { CloudFacts } from '../compute-facts.ts';

/** Who looks at machines opens the way to them, and shuts it afterwards. */
const againSoon = 'ask again in a minute, in case somebody looks at the machines just now';

/** What the tutorial leaves open and the benchmark does not ask for. */
export const beside: readonly Item[] = [
  {
    title: 'ssh is closed',
    automated: false,
    remedy: `${againSoon}, or disable the rule`,
    look: (evidence) =>
      inCloud(({ sshRules: [rule] }) =>
        rule ? open(evidence, `the firewall rule \`${rule.name}\` lets ${rule.sourceRanges.join(', ')} in`) : 'right',
      )(evidence),
  },
  {
    title: "no ssh key is in the machines' metadata",
    automated: false,
    remedy: `${againSoon}, or remove \`ssh-keys\` from the machine's metadata`,
    look: (evidence) => onEach(({ hasSshKey }) => (hasSshKey ? open(evidence, 'there is one') : 'right'))(evidence),
  },
  {
    title: "machines can't change the project",
    automated: false,
    remedy: 'make the machine anew: scopes are given to it when it is made',
    look: onEach(({ scopes }) => {
      const wide = scopes.find((scope) => /\/(compute|cloud-platform)$/.test(scope));
      return wide ? { wrong: `it has the scope \`${wide.replace(/.*\//, '')}\`` } : 'right';
    }),
  },
  {
    title: "an authority's key lies only where it signs",
    automated: false,
    remedy: 'remove it there; it rests in the vault',
    look: authorityKeys,
  },
  {
    title: 'etcd and the control plane run as users of their own',
    automated: false,
    remedy: 'set `User=` in its unit to a user that nothing else has',
    look: onControllers(runAsOwnUsers),
  },
  {
    title: 'secrets rest under `secretbox`, or the like',
    automated: false,
    remedy: 'name `secretbox` first in the encryption configuration, restart kube-apiserver, and write secrets anew',
    look: onControllers(({ providers: [first] }): Plain => {
      if (first === undefined) return { unseen: 'the encryption configuration was not found' };
      return ['secretbox', 'kms'].includes(first) ? 'right' : { wrong: `they are written with \`${first}\`` };
    }),
  },
];

function open({ busy }: Evidence, wrong: string): Saw {
  return busy ? { excepted: 'a run needs it, and closes it at its end' } : { wrong };
}

function onEach(see: (machine: CloudFacts['machines'][number]) => Saw) {
  return ({ cloud }: Evidence): Sighting[] =>
    'unseen' in cloud ? [{ saw: cloud }] : cloud.machines.map((machine) => ({ at: machine.name, saw: see(machine) }));
}

/** The cluster's authority signs on controllers, for whoever asks Kubernetes for a certificate; etcd's signs in the vault alone. */
function authorityKeys({ machines }: Evidence): Sighting<Plain>[] {
  const all = machines.flatMap(({ facts }) => ('unseen' in facts ? [] : [facts]));
  const authorities = all.flatMap((facts) => facts.authorities);
  if (authorities.length === 0) return [{ saw: { unseen: 'no controller could be asked for its authorities' } }];
  const known = new Set(authorities.map(({ publicKey }) => publicKey));
  return machines.map(({ name, facts }) => ({
    at: name,
    saw: 'unseen' in facts ? facts : worst(facts.keys.filter((key) => known.has(key.publicKey)).map(signs(facts))),
  }));
}

function signs({ processes, files, authorities }: Facts) {
  const manager = 'kube-controller-manager';
  const inUse = processes.get(manager)?.flags.get('cluster-signing-key-file');
  const signer = authorities.find((one) => one.service === manager)?.publicKey;
  return ({ path, publicKey }: Facts['keys'][number]): Plain => {
    const isNeeded =
      publicKey === signer && inUse !== undefined && [inUse, `${paths.kubernetes}/ca-key.pem`].includes(path);
    if (!isNeeded) return { wrong: `one lies at ${path}` };
    const mode = files.get(path)?.mode ?? 0;
    return (mode & 0o077) === 0 ? 'right' : { wrong: `others can read ${path}` };
  };
}

function runAsOwnUsers({ processes }: Facts): Plain {
  const named = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map(
    (service) => [service, processes.get(service)?.user] as const,
  );
  return worst(
    named.map(([service, user]): Plain => {
      if (user === undefined) return { unseen: `${service} does not run` };
      if (user === 'root') return { wrong: `${service} runs as root` };
      const other = named.find(([of, its]) => of !== service && its === user)?.[0];
      return other ? { wrong: `${service} runs as the user of ${other}` } : 'right';
    }),
  );
}
