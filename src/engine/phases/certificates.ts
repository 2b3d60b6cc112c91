import { certificateText } from '../by-hand/certificate-text.ts';
import { cfsslCertificate } from '../by-hand/cfssl.ts';
import type { Cluster, Machine } from '../cluster.ts';
import { externalAddress, publicAddress } from '../facts.ts';
import { machineStep } from '../machine-step.ts';
import { definePhase, type Rendering } from '../phase.ts';
import { issue } from '../pki/authority.ts';
import { certificatesOf, type WantedCertificate } from '../pki/wanted.ts';
import type { HostFile } from '../remote/remote.ts';
import { certificateAt, packCertificate, vaultPaths } from '../secrets.ts';
import { vaultStep } from '../vault-step.ts';

/** A certificate for every component, made in the vault and brought to the machines that need it. Tutorial, chapter 4. */
export const certificates = definePhase({
  name: 'certificates',
  title: 'Certificates',
  chapter: 4,
  after: ['keys', 'addresses', 'controllers', 'workers'],
  steps: (cluster) => [
    ...certificatesOf(cluster, nothingKnown).map(({ name }) =>
      vaultStep({
        key: `certificates/${name}`,
        title: `certificate ${name}`,
        after: ['keys/authority', ...whatItNames(cluster, name)],
        path: vaultPaths.certificate(name),
        make: async (c) => {
          const authority = await certificateAt(c.vault, vaultPaths.authority);
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

function carriedTo(machine: Machine): readonly string[] {
  return machine.role === 'controller' ? ['kubernetes', 'service-account'] : [machine.name];
}

async function controllerFiles(vault: Rendering['vault']): Promise<HostFile[]> {
  const [authority, kubernetes, serviceAccount] = await Promise.all([
    certificateAt(vault, vaultPaths.authority),
    certificateAt(vault, vaultPaths.certificate('kubernetes')),
    certificateAt(vault, vaultPaths.certificate('service-account')),
  ]);
  const server = (folder: string): HostFile[] => [
    { path: `${folder}/ca.pem`, content: authority.certificate, mode: 0o644 },
    { path: `${folder}/kubernetes.pem`, content: kubernetes.certificate, mode: 0o644 },
    { path: `${folder}/kubernetes-key.pem`, content: kubernetes.key, mode: 0o600 },
  ];
  return [
    ...server('/etc/etcd'),
    ...server('/var/lib/kubernetes'),
    // The controller manager signs kubelets' requests with it.
    { path: '/var/lib/kubernetes/ca-key.pem', content: authority.key, mode: 0o600 },
    { path: '/var/lib/kubernetes/service-account.pem', content: serviceAccount.certificate, mode: 0o644 },
    { path: '/var/lib/kubernetes/service-account-key.pem', content: serviceAccount.key, mode: 0o600 },
  ];
}

async function workerFiles(vault: Rendering['vault'], machine: Machine): Promise<HostFile[]> {
  const [authority, own] = await Promise.all([
    certificateAt(vault, vaultPaths.authority),
    certificateAt(vault, vaultPaths.certificate(machine.name)),
  ]);
  return [
    { path: '/var/lib/kubernetes/ca.pem', content: authority.certificate, mode: 0o644 },
    { path: `/var/lib/kubelet/${machine.name}.pem`, content: own.certificate, mode: 0o644 },
    { path: `/var/lib/kubelet/${machine.name}-key.pem`, content: own.key, mode: 0o600 },
  ];
}
