import type { Cluster, Instance } from '../cluster/cluster.ts';
import { paths } from './paths.ts';
import { buildServiceUserSettings, getCredentialPath } from './service-user.ts';
import { renderCommandLine, renderSystemdUnit } from './systemd-unit.ts';

export interface EtcdUnitOptions {
  /**
   * `new`: the cluster is being formed, all members at once. `existing`: it has formed, so this member has data.
   * `joining`: it has formed and this machine comes to it without data, after `etcdctl member add`.
   */
  readonly state: 'new' | 'existing' | 'joining';
}

/** What the journal says when a member refuses to start because its data is gone. */
export const etcdDataLostMarker = 'kthw-etcd-data-lost';

/**
 * etcd on one controller. Once the cluster has formed, the unit must be written again with `existing` (nothing needs to be
 * restarted): a member that lost its data and starts as if it were new would bring up a second, empty cluster under the same
 * name (kubespray#13261). With `existing` it refuses to start until its data is back or the unit says `joining`.
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
      // Its data: systemd makes the folder, and gives it to the user.
      StateDirectory: 'etcd',
      StateDirectoryMode: '0700',
      ExecStart: start,
      LimitNOFILE: '40000',
    },
  });
}

function renderDataDirCheck(): string {
  const message = `${etcdDataLostMarker}: ${paths.etcdData} is empty though the cluster has formed; this member must rejoin`;
  return `/bin/sh -c 'test -d ${paths.etcdData}/member || { echo "${message}" >&2; exit 1; }'`;
}
