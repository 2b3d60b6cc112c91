import type { Cluster, Machine } from '../cluster/cluster.ts';
import { externalAddress, publicAddress } from '../cluster/outputs.ts';
import { certificateAt, packCertificate, vaultPaths } from '../cluster/vault-paths.ts';
import { cfsslCertificate } from '../manual/cfssl.ts';
import { certificateText } from '../manual/format-certificate.ts';
import { issue } from '../pki/certificate-authority.ts';
import { certificatesOf, type WantedCertificate } from '../pki/certificate-specs.ts';
import { paths } from '../render/paths.ts';
import type { HostFile } from '../ssh/ssh-client.ts';
import { machineStep } from '../steps/host-step.ts';
import { vaultStep } from '../steps/secret-step.ts';
import { definePhase, type Rendering } from '../workflow/step.ts';

/** A certificate for every component, made in the vault and brought to the machines that need it. Tutorial, chapter 4. */
export const certificates = definePhase({
  name: 'certificates',
  title: 'Certificates',
  chapter: 4,
  after: ['keys', 'addresses', 'controllers', 'workers'],
  steps: (cluster) => [
    ...certificatesOf(cluster, nothingKnown).map(({ name, signedBy }) =>
      vaultStep({
        key: `certificates/${name}`,
        title: `certificate ${name}`,
        after: [authorityOf(signedBy).step, ...whatItNames(cluster, name)],
        path: vaultPaths.certificate(name),
        make: async (c) => {
          const authority = await certificateAt(c.vault, authorityOf(signedBy).path);
          return packCertificate(await issue(authority, wantedNow(c, name), { now: c.clock.now() }));
        },
        byHand: (c) => cfsslCertificate(wantedNow(c, name)),
        shows: certificateText,
      }),
    ),
    ...cluster.machines.map((machine) =>
      machineStep({
        key: `certificates/on/${machine.name}`,
        title: `certificates on ${machine.name}`,
        machine,
        after: [`host-keys/${machine.name}`, ...carriedTo(machine).map((name) => `certificates/${name}`)],
        files: ({ vault }) => (machine.role === 'controller' ? controllerFiles(vault) : workerFiles(vault, machine)),
      }),
    ),
  ],
});

function authorityOf(signer: WantedCertificate['signedBy']) {
  return signer === 'etcd'
    ? { step: 'keys/etcd-authority', path: vaultPaths.etcdAuthority }
    : { step: 'keys/authority', path: vaultPaths.authority };
}

const nothingKnown = { publicAddress: '', externalAddresses: {} };

/** Steps that find out the addresses a certificate is valid for. */
function whatItNames(cluster: Cluster, name: string): string[] {
  if (name === 'kubernetes') return ['addresses/api'];
  return cluster.workerMachines.some((worker) => worker.name === name) ? [`workers/${name}`] : [];
}

function wantedNow(c: Rendering, name: string): WantedCertificate {
  const worker = c.cluster.workerMachines.find((w) => w.name === name);
  const known = {
    publicAddress: name === 'kubernetes' ? c.know(publicAddress) : '',
    externalAddresses: worker ? { [name]: c.know(externalAddress(worker)) } : {},
  };
  const wanted = certificatesOf(c.cluster, known).find((w) => w.name === name);
  if (!wanted) throw new Error(`no certificate is called "${name}"`);
  return wanted;
}

/** On each controller, with their keys. */
const onControllers = ['kubernetes', 'service-account', 'health-check', 'apiserver-etcd-client', 'etcd'];

function carriedTo(machine: Machine): readonly string[] {
  return machine.role === 'controller' ? onControllers : [machine.name];
}

async function controllerFiles(vault: Rendering['vault']): Promise<HostFile[]> {
  const [authority, etcdAuthority, ...pairs] = await Promise.all([
    certificateAt(vault, vaultPaths.authority),
    certificateAt(vault, vaultPaths.etcdAuthority),
    ...onControllers.map((name) => withKey(vault, name, name === 'etcd' ? paths.etcdConfig : paths.kubernetes)),
  ]);
  return [
    { path: `${paths.kubernetes}/ca.pem`, content: authority.certificate, mode: 0o644 },
    // The controller manager signs kubelets' requests with it. That of etcd's authority leaves the vault for no machine.
    { path: `${paths.kubernetes}/ca-key.pem`, content: authority.key, mode: 0o600 },
    { path: `${paths.kubernetes}/etcd-ca.pem`, content: etcdAuthority.certificate, mode: 0o644 },
    { path: `${paths.etcdConfig}/ca.pem`, content: etcdAuthority.certificate, mode: 0o644 },
    ...pairs.flat(),
  ];
}

async function workerFiles(vault: Rendering['vault'], { name }: Machine): Promise<HostFile[]> {
  const [authority, own] = await Promise.all([
    certificateAt(vault, vaultPaths.authority),
    withKey(vault, name, paths.kubelet),
  ]);
  return [{ path: `${paths.kubernetes}/ca.pem`, content: authority.certificate, mode: 0o644 }, ...own];
}

async function withKey(vault: Rendering['vault'], name: string, folder: string): Promise<HostFile[]> {
  const { certificate, key } = await certificateAt(vault, vaultPaths.certificate(name));
  return [
    { path: `${folder}/${name}.pem`, content: certificate, mode: 0o644 },
    { path: `${folder}/${name}-key.pem`, content: key, mode: 0o600 },
  ];
}
