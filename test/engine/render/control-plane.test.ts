import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Instance } from '../../../src/engine/cluster/cluster.ts';
import { createCertificateAuthority } from '../../../src/engine/pki/certificate-authority.ts';
import { listCertificateSpecs } from '../../../src/engine/pki/certificate-specs.ts';
import { issueCertificate } from '../../../src/engine/pki/issue-certificate.ts';
import { renderKubeconfig } from '../../../src/engine/pki/kubeconfig.ts';
import { issueUserCertificate } from '../../../src/engine/pki/user-certificate.ts';
import { renderAdmissionConfig } from '../../../src/engine/render/admission-config.ts';
import { renderAuditPolicy } from '../../../src/engine/render/audit-policy.ts';
import { buildCorednsObjects } from '../../../src/engine/render/coredns-objects.ts';
import { renderEncryptionConfig } from '../../../src/engine/render/encryption-config.ts';
import { renderEtcdUnit } from '../../../src/engine/render/etcd-unit.ts';
import { renderKubeApiserverUnit } from '../../../src/engine/render/kube-apiserver-unit.ts';
import { renderKubeControllerManagerUnit } from '../../../src/engine/render/kube-controller-manager-unit.ts';
import { renderKubeSchedulerConfig, renderKubeSchedulerUnit } from '../../../src/engine/render/kube-scheduler.ts';
import { paths } from '../../../src/engine/render/paths.ts';
import { buildGrantBinding, buildRbacObjects } from '../../../src/engine/render/rbac-objects.ts';
import { renderYamlDocuments } from '../../../src/engine/render/yaml-documents.ts';
import { Secret } from '../../../src/store/vault/secret.ts';
import { buildCluster } from '../../fixtures/cluster.ts';
import { parseUnitFlags } from './flags.ts';

/** Directory with etcd, etcdctl and the control plane programs of 1.20.2. Skipped without them or without root. */
const bin = process.env.KTHW_TEST_BIN ?? '';
const needed = ['etcd', 'etcdctl', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
const runs = bin !== '' && needed.every((name) => existsSync(join(bin, name))) && process.getuid?.() === 0;

const cluster = buildCluster({ controllers: 1, workers: 1 });
const controller = cluster.controllerInstances[0] as Instance;
let root: string;

/** Results of control-plane.sh by name. */
let found: Record<string, string>;

/** Host paths, moved below a temporary directory. */
function moved(text: string): string {
  return text.replaceAll(/(?<![\w/])\/(etc|run|var)\//g, `${root}/$1/`);
}

async function put(path: string, content: string): Promise<void> {
  const file = `${root}${path}`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, moved(content), { mode: 0o600 });
}

async function putUnit(name: string, unit: string): Promise<void> {
  const flags = Array.from(parseUnitFlags(unit), ([flag, value]) => `'--${flag}=${value}'`);
  // Here everything runs as root instead of the service users.
  const [, folder, files] = /^ExecStartPre=\+\/usr\/bin\/install .* -t (\S+) (.*)$/m.exec(unit) ?? [];
  for (const file of files?.split(' ') ?? [])
    await put(`${folder}/${basename(file)}`, await readFile(`${root}${file}`, 'utf8'));
  // The programs may be below such a path too.
  await writeFile(`${root}/${name}.sh`, `exec '${join(bin, name)}' ${moved(flags.join(' '))}\n`);
}

/** Writes the files of a controller with the functions that phases use. */
async function putEverything(): Promise<void> {
  const now = new Date();
  const authority = await createCertificateAuthority({ commonName: 'Kubernetes', now });
  const expected = listCertificateSpecs(cluster, { publicAddress: controller.address, externalAddresses: {} });
  await put(`${paths.kubernetes}/ca.pem`, authority.certificate);
  await put(`${paths.kubernetes}/ca-key.pem`, authority.key.reveal());
  const ofEtcd = await createCertificateAuthority({ commonName: 'etcd', now });
  await put(`${paths.etcdConfig}/ca.pem`, ofEtcd.certificate);
  await put(`${paths.kubernetes}/etcd-ca.pem`, ofEtcd.certificate);
  const config = { clusterName: cluster.name, caCertificate: authority.certificate };
  for (const each of expected) {
    const issued = await issueCertificate(each.issuer === 'etcd' ? ofEtcd : authority, each, { now });
    for (const folder of [paths.kubernetes, paths.etcdConfig]) {
      await put(`${folder}/${each.name}.pem`, issued.certificate);
      await put(`${folder}/${each.name}-key.pem`, issued.key.reveal());
    }
    const own = renderKubeconfig({ ...config, ...issued, server: 'https://127.0.0.1:6443', user: each.commonName });
    await put(`${paths.kubernetes}/${each.name}.kubeconfig`, own.reveal());
  }
  // Two grants of one user; the first one is revoked.
  for (const grantId of ['first', 'second']) {
    const person = await issueUserCertificate(authority, { team: 'T1', user: 'U1' }, { now, grantId });
    const theirs = renderKubeconfig({
      ...config,
      ...person,
      server: `https://${controller.address}:6443`,
      user: person.commonName,
    });
    await put(`/${grantId}.kubeconfig`, theirs.reveal());
    await put(`/${grantId}.json`, JSON.stringify(buildGrantBinding(grantId, 'cluster-admin')));
  }
  await put(`${paths.kubernetes}/encryption-config.yaml`, renderEncryptionConfig(new Secret(randomBytes(32))).reveal());
  await put(`${paths.kubernetesConfig}/audit-policy.yaml`, renderAuditPolicy());
  await put(`${paths.kubernetesConfig}/admission.yaml`, renderAdmissionConfig(cluster.release));
  await put(`${paths.kubernetesConfig}/kube-scheduler.yaml`, renderKubeSchedulerConfig(cluster.release));
  await put('/access.yaml', renderYamlDocuments(...buildRbacObjects()));
  await put('/coredns.yaml', renderYamlDocuments(...buildCorednsObjects(cluster)));
  await mkdir(dirname(`${root}${paths.auditLog}`), { recursive: true });
  await putUnit('etcd', renderEtcdUnit(cluster, controller, { state: 'new' }));
  await putUnit('kube-apiserver', renderKubeApiserverUnit(cluster, controller));
  await putUnit('kube-controller-manager', renderKubeControllerManagerUnit(cluster));
  await putUnit('kube-scheduler', renderKubeSchedulerUnit());
}

describe.skipIf(!runs)('a real control plane with the rendered units', () => {
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'kthw-plane-'));
    await putEverything();
    // Separate namespaces: no host ports are used, and all processes end with the first.
    const script = join(dirname(fileURLToPath(import.meta.url)), 'control-plane.sh');
    const unshare = [
      '--net',
      '--pid',
      '--fork',
      '--kill-child',
      '--mount-proc',
      'bash',
      script,
      root,
      bin,
      controller.address,
    ];
    const run = await execa('unshare', unshare, { all: true, reject: false, timeout: 120_000 });
    if (run.exitCode !== 0)
      throw new Error(
        `${run.all}\n${await readFile(`${root}/kube-apiserver.log`, 'utf8').catch(() => '')}`.slice(-4000),
      );
    found = JSON.parse(run.stdout.slice(run.stdout.indexOf('{')));
  }, 150_000);

  afterAll(() => rm(root, { recursive: true, force: true }));

  it('is ready', () => {
    expect(found.readyz).toBe('ok');
  });

  it('rejects anonymous requests, and lets the health check certificate read health only', () => {
    expect(found.anonymous).toBe('401');
    expect(found.health).toBe('ok');
    expect(found.healthSecrets).toBe('403');
  });

  it('has an etcd that rejects certificates of the cluster CA', () => {
    expect(found.etcdByOther).toBe('refused');
  });

  it('has a leading scheduler and controller manager', () => {
    expect(found.leases?.split(' ').sort()).toEqual(['kube-controller-manager', 'kube-scheduler']);
  });

  it('keeps secrets encrypted in etcd', () => {
    expect(found.inEtcd).toBe('k8s:enc:secretbox:v1:key1:');
  });

  it('makes a bound user certificate cluster admin', () => {
    expect(found.personBefore).toBe('no');
    expect(found.personBound).toBe('yes');
  });

  it('gives a revoked certificate no access, also if its user has another one', () => {
    expect(found.personRevoked).toBe('no');
    expect(found.personAgain).toBe('yes');
    expect(found.personOld).toBe('no');
  });

  it('accepts all objects of the DNS add-on', () => {
    expect(found.coredns?.split(' ')).toHaveLength(6);
  });

  it('issues service account tokens for the address that pods reach', () => {
    expect(found.issuer).toBe('https://kubernetes.default.svc.cluster.local');
  });

  it('writes an audit log', () => {
    expect(found.audited).toBe('admin create secrets');
  });

  it('has unauthenticated ports on loopback only', () => {
    expect(found.plain).toBe('127.0.0.1:10251');
  });
});
