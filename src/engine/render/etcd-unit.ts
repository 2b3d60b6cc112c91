import type { Cluster, Instance } from '../cluster/cluster.ts';
import { paths } from './paths.ts';
import { buildServiceUserSettings, getCredentialPath } from './service-user.ts';
import { renderCommandLine, renderSystemdUnit } from './systemd-unit.ts';

interface EtcdUnitOptions {
  /**
   * `new`: bootstraps the etcd cluster. `existing`: a member with data. `joining`: a new member of an existing cluster,
   * without data, after `etcdctl member add`.
   */
  readonly state: 'new' | 'existing' | 'joining';
}

/** Journal marker of a member that refuses to start without its data. */
export const etcdDataLostMarker = 'kthw-etcd-data-lost';

/**
 * Renders the etcd unit of one controller. After bootstrap, the unit must be rewritten with `existing`, without a restart:
 * with `new`, a member that lost its data would bootstrap a second, empty cluster with the same name (kubespray#13261). With
 * `existing`, it refuses to start until its data is restored or the unit is rewritten with `joining`.
 */
export function renderEtcdUnit(cluster: Cluster, controller: Instance, { state }: EtcdUnitOptions): string {
  const peers = cluster.controllerInstances.map((m) => `${m.name}=https://${m.address}:2380`).join(',');
  const start = renderCommandLine(`${paths.bin}/etcd`, {
    name: controller.name,
    'cert-file': `${paths.etcdConfig}/etcd.pem`,
    'key-file': getCredentialPath('etcd', `${paths.etcdConfig}/etcd-key.pem`),
    'trusted-ca-file': `${paths.etcdConfig}/ca.pem`,
    'client-cert-auth': 'true',
    'peer-cert-file': `${paths.etcdConfig}/etcd.pem`,
    'peer-key-file': getCredentialPath('etcd', `${paths.etcdConfig}/etcd-key.pem`),
    'peer-trusted-ca-file': `${paths.etcdConfig}/ca.pem`,
    'peer-client-cert-auth': 'true',
    'initial-advertise-peer-urls': `https://${controller.address}:2380`,
    'listen-peer-urls': `https://${controller.address}:2380`,
    'listen-client-urls': `https://${controller.address}:2379,https://127.0.0.1:2379`,
    'advertise-client-urls': `https://${controller.address}:2379`,
    'initial-cluster-token': cluster.name,
    'initial-cluster': peers,
    'initial-cluster-state': state === 'new' ? 'new' : 'existing',
    'data-dir': paths.etcdData,
  });
  return renderSystemdUnit({
    description: 'etcd',
    unit: { Documentation: 'https://etcd.io/docs/', After: 'network-online.target', Wants: 'network-online.target' },
    service: {
      Type: 'notify',
      ...buildServiceUserSettings('etcd', {
        credentials: [`${paths.etcdConfig}/etcd-key.pem`],
        preStart: state === 'existing' ? [renderDataDirCheck()] : [],
      }),
      // systemd creates the data directory, owned by the user.
      StateDirectory: 'etcd',
      StateDirectoryMode: '0700',
      ExecStart: start,
      LimitNOFILE: '40000',
    },
  });
}

function renderDataDirCheck(): string {
  const message = `${etcdDataLostMarker}: ${paths.etcdData} is empty, but the etcd cluster already exists; this member must rejoin`;
  return `/bin/sh -c 'test -d ${paths.etcdData}/member || { echo "${message}" >&2; exit 1; }'`;
}
