import type { Cluster, Instance } from '../cluster/cluster.ts';
import { getExternalAddressOutput, publicAddressOutput } from '../cluster/outputs.ts';
import { vaultPaths } from '../cluster/vault-paths.ts';
import { renderCfsslCertificate } from '../manual/cfssl.ts';
import { formatCertificate } from '../manual/format-certificate.ts';
import { type CertificateSpec, listCertificateSpecs } from '../pki/certificate-specs.ts';
import { issueCertificate } from '../pki/issue-certificate.ts';
import { getCertificate, packCertificate } from '../pki/pack-certificate.ts';
import { paths } from '../render/paths.ts';
import type { HostFile } from '../ssh/ssh-client.ts';
import { definePhase } from '../steps/cluster-step.ts';
import { hostStep } from '../steps/host-step.ts';
import { getInstanceHandle } from '../steps/instance-step.ts';
import { secretStep } from '../steps/secret-step.ts';
import type { RenderContext } from '../steps/step-context.ts';
import { instanceStepHandle, type StepHandle } from '../workflow/step-handle.ts';
import { keySteps } from './keys.ts';
import { verifiedHostKey } from './ssh-host-keys.ts';
import { apiAddress } from './static-ip.ts';

export const certificateSteps = {
  /** By certificate name. A worker's certificate has the name of the instance. */
  issued: instanceStepHandle('certificates'),
  installed: instanceStepHandle('certificates/install'),
} as const;

/** Issues a certificate for every component and installs it on the instances that need it. Tutorial, chapter 4. */
export const certificates = definePhase({
  name: 'certificates',
  title: 'Certificates',
  chapter: 4,
  steps: (cluster) => [
    ...listCertificateSpecs(cluster, noAddresses).map(({ name, issuer }) =>
      secretStep({
        handle: certificateSteps.issued.on({ name }),
        title: `certificate ${name}`,
        dependsOn: [getCa(issuer).handle, ...listAddressSteps(cluster, name)],
        path: vaultPaths.certificate(name),
        generate: async (c) => {
          const ca = await getCertificate(c.vault, getCa(issuer).path);
          return packCertificate(await issueCertificate(ca, resolveCertificateSpec(c, name), { now: c.clock.now() }));
        },
        manualScript: (c) => renderCfsslCertificate(resolveCertificateSpec(c, name)),
        getPublicPart: formatCertificate,
      }),
    ),
    ...cluster.instances.map((instance) =>
      hostStep({
        handle: certificateSteps.installed.on(instance),
        title: `certificates on ${instance.name}`,
        instance,
        dependsOn: [
          verifiedHostKey.on(instance),
          ...listHostCertificates(instance).map((name) => certificateSteps.issued.on({ name })),
        ],
        files: ({ vault }) =>
          instance.role === 'controller' ? buildControllerFiles(vault) : buildWorkerFiles(vault, instance),
      }),
    ),
  ],
});

function getCa(issuer: CertificateSpec['issuer']) {
  return issuer === 'etcd'
    ? { handle: keySteps.etcdCa, path: vaultPaths.etcdCa }
    : { handle: keySteps.ca, path: vaultPaths.ca };
}

const noAddresses = { publicAddress: '', externalAddresses: {} };

/** Steps whose outputs are the addresses of a certificate. */
function listAddressSteps(cluster: Cluster, name: string): StepHandle[] {
  if (name === 'kubernetes') return [apiAddress];
  return cluster.workerInstances.filter((worker) => worker.name === name).map(getInstanceHandle);
}

function resolveCertificateSpec(c: RenderContext, name: string): CertificateSpec {
  const worker = c.cluster.workerInstances.find((w) => w.name === name);
  const addresses = {
    publicAddress: name === 'kubernetes' ? c.getOutput(publicAddressOutput) : '',
    externalAddresses: worker ? { [name]: c.getOutput(getExternalAddressOutput(worker)) } : {},
  };
  const spec = listCertificateSpecs(c.cluster, addresses).find((w) => w.name === name);
  if (!spec) throw new Error(`no certificate is called "${name}"`);
  return spec;
}

/** Certificates and keys on each control plane node. */
const controllerCertificates = ['kubernetes', 'service-account', 'health-check', 'apiserver-etcd-client', 'etcd'];

function listHostCertificates(instance: Instance): readonly string[] {
  return instance.role === 'controller' ? controllerCertificates : [instance.name];
}

async function buildControllerFiles(vault: RenderContext['vault']): Promise<HostFile[]> {
  const [ca, etcdCa, ...keyPairFiles] = await Promise.all([
    getCertificate(vault, vaultPaths.ca),
    getCertificate(vault, vaultPaths.etcdCa),
    ...controllerCertificates.map((name) =>
      buildKeyPairFiles(vault, name, name === 'etcd' ? paths.etcdConfig : paths.kubernetes),
    ),
  ]);
  return [
    { path: `${paths.kubernetes}/ca.pem`, content: ca.certificate, mode: 0o644 },
    // The controller manager signs kubelets' requests with it. The key of etcd's CA never leaves the vault.
    { path: `${paths.kubernetes}/ca-key.pem`, content: ca.key, mode: 0o600 },
    { path: `${paths.kubernetes}/etcd-ca.pem`, content: etcdCa.certificate, mode: 0o644 },
    { path: `${paths.etcdConfig}/ca.pem`, content: etcdCa.certificate, mode: 0o644 },
    ...keyPairFiles.flat(),
  ];
}

async function buildWorkerFiles(vault: RenderContext['vault'], { name }: Instance): Promise<HostFile[]> {
  const [ca, keyPairFiles] = await Promise.all([
    getCertificate(vault, vaultPaths.ca),
    buildKeyPairFiles(vault, name, paths.kubelet),
  ]);
  return [{ path: `${paths.kubernetes}/ca.pem`, content: ca.certificate, mode: 0o644 }, ...keyPairFiles];
}

async function buildKeyPairFiles(vault: RenderContext['vault'], name: string, folder: string): Promise<HostFile[]> {
  const { certificate, key } = await getCertificate(vault, vaultPaths.certificate(name));
  return [
    { path: `${folder}/${name}.pem`, content: certificate, mode: 0o644 },
    { path: `${folder}/${name}-key.pem`, content: key, mode: 0o600 },
  ];
}
