/** etcdctl on a control plane node, with etcd's certificate as the client certificate. Tutorial, chapter 7. */
export function buildEtcdctlCommand(command: string): string {
  return `ETCDCTL_API=3 /usr/local/bin/etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/etcd/ca.pem --cert=/etc/etcd/etcd.pem --key=/etc/etcd/etcd-key.pem ${command}`;
}
