import { paths } from '../../render/paths.ts';

const controlPlaneServices = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
const services = [...controlPlaneServices, 'kubelet', 'kube-proxy'];
const directories = [
  ...[paths.etcdConfig, paths.kubernetes, paths.kubelet, paths.kubeProxy],
  ...['/etc/kubernetes', paths.kubernetesConfig],
  ...controlPlaneServices.map((name) => `/run/${name}`),
];
const unitFiles = services.map((name) => `${paths.units}/${name}.service`);
/** Where people leave what they have no more use for. */
const homeDirectories = ['/root', '/home', '/tmp'];

/**
 * What the items ask a machine, a line each: no file with a secret is printed, of a key only the digest of its public half, and
 * nothing of any process' environment. Nothing in it fails: what is not there is left out.
 */
export const hostFactsScript = `set +e +o pipefail
declare -A args
of() { sed -n -e "s/^--$2=//p" -e "/^--$2\\$/{n;p}" <<< "\${args[$1]:-}" | tail -n 1; }
digest() { local key; key=$(cat) && [ -n "$key" ] && sha256sum <<< "$key" | cut -c -16; }
for service in ${services.join(' ')}; do
  pid=$(systemctl show -p MainPID --value $service)
  [ "\${pid:-0}" -gt 0 ] && args[$service]=$(tr '\\n\\0' ' \\n' < /proc/$pid/cmdline | tail -n +2) || continue
  user=$(awk '/^Uid:/ { print $3 }' /proc/$pid/status)
  echo "process $service $(id -nu $user || echo $user) $(date -d "$(systemctl show -p ExecMainStartTimestamp --value $service)" +%s)"
  sed "s/^/flag $service /" <<< "\${args[$service]}"
done
data=$(of etcd data-dir)
find "\${data:-${paths.etcdData}}" -maxdepth 0 -printf 'file %m %u:%g %p\\n'
find ${[...unitFiles, ...directories].join(' ')} -maxdepth 1 -printf 'file %m %u:%g %p\\n'
find ${homeDirectories.join(' ')} -maxdepth 2 -name '*admin*' -type f -printf 'file %m %u:%g %p\\n'
text() {
  [ -r "$2" ] || return
  echo "text $1 $(stat -c %Y "$2") $2"
  { head -c 20000 "$2"; echo; } | sed "s/^/line $1 /"
}
text kubelet "$(of kubelet config)"
text scheduler "$(of kube-scheduler config)"
text admission "$(of kube-apiserver admission-control-config-file)"
text audit-policy "$(of kube-apiserver audit-policy-file)"
echo "audit-log $(stat -c %s "$(of kube-apiserver audit-log-path)")"
grep -ohE '^[ -]*(secretbox|kms|aesgcm|aescbc|identity):' "$(of kube-apiserver encryption-provider-config)" | tr -d ' :-' | sed 's/^/provider /'
find ${[...directories, ...homeDirectories].join(' ')} -maxdepth 2 -type f -size -64k -exec grep -lsE -- '-----BEGIN .*PRIVATE [K]EY-----' {} + |
  sort -u | while read -r file; do
    found=$(openssl pkey -in "$file" -passin pass: -pubout 2> /dev/null < /dev/null | digest) && echo "key $found $file"
  done
while read -r service flag; do
  file=$(of $service $flag)
  found=$(openssl x509 -in "$file" -noout -pubkey 2> /dev/null | digest) && echo "authority $service $flag $found"
done <<< "etcd trusted-ca-file
etcd peer-trusted-ca-file
kube-apiserver client-ca-file
kube-apiserver etcd-cafile
kube-controller-manager cluster-signing-cert-file"
grep -ohsE '"type" *: *"[^"]+"' ${paths.cniConfig}/* | sed -E 's/.*"([^"]+)"$/network \\1/'
true`;
