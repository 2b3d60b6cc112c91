import { metadataFirewall } from '../../render/metadata-firewall.ts';
import { paths } from '../../render/paths.ts';

const controlPlaneServices = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
const services = [...controlPlaneServices, 'kubelet', 'kube-proxy'];
const directories = [
  paths.etcdConfig,
  paths.kubernetes,
  paths.kubelet,
  paths.kubeProxy,
  '/etc/kubernetes',
  paths.kubernetesConfig,
  ...controlPlaneServices.map((name) => `/run/${name}`),
];
const unitFiles = services.map((name) => `${paths.units}/${name}.service`);
/** Directories where copies of kubeconfigs and keys tend to be left behind. */
const homeDirectories = ['/root', '/home', '/tmp'];

/**
 * Prints the facts of one instance, one per line, and always succeeds; missing facts are omitted. Prints no secret file and no
 * process environment. Private keys appear only as a digest of their public key.
 */
export const hostFactsScript = `set +e +o pipefail
declare -A args
get_flag() { sed -n -e "s/^--$2=//p" -e "/^--$2\\$/{n;p}" <<< "\${args[$1]:-}" | tail -n 1; }
digest() { local key; key=$(cat) && [ -n "$key" ] && sha256sum <<< "$key" | cut -c -16; }
for service in ${services.join(' ')}; do
  pid=$(systemctl show -p MainPID --value $service)
  [ "\${pid:-0}" -gt 0 ] && args[$service]=$(tr '\\n\\0' ' \\n' < /proc/$pid/cmdline | tail -n +2) || continue
  user=$(awk '/^Uid:/ { print $3 }' /proc/$pid/status)
  echo "process $service $(id -nu $user || echo $user) $(date -d "$(systemctl show -p ExecMainStartTimestamp --value $service)" +%s)"
  sed "s/^/flag $service /" <<< "\${args[$service]}"
done
data=$(get_flag etcd data-dir)
find "\${data:-${paths.etcdData}}" -maxdepth 0 -printf 'file %m %u:%g %p\\n'
find ${[...unitFiles, ...directories].join(' ')} -maxdepth 1 -printf 'file %m %u:%g %p\\n'
find ${homeDirectories.join(' ')} -maxdepth 2 -name '*admin*' -type f -printf 'file %m %u:%g %p\\n'
text() {
  [ -r "$2" ] || return
  echo "text $1 $(stat -c %Y "$2") $2"
  { head -c 20000 "$2"; echo; } | sed "s/^/line $1 /"
}
text kubelet "$(get_flag kubelet config)"
text scheduler "$(get_flag kube-scheduler config)"
text admission "$(get_flag kube-apiserver admission-control-config-file)"
text audit-policy "$(get_flag kube-apiserver audit-policy-file)"
echo "audit-log $(stat -c %s "$(get_flag kube-apiserver audit-log-path)")"
grep -ohE '^[ -]*(secretbox|kms|aesgcm|aescbc|identity):' "$(get_flag kube-apiserver encryption-provider-config)" | tr -d ' :-' | sed 's/^/provider /'
find ${[...directories, ...homeDirectories].join(' ')} -maxdepth 2 -type f -size -64k -exec grep -lsE -- '-----BEGIN .*PRIVATE [K]EY-----' {} + |
  sort -u | while read -r file; do
    found=$(openssl pkey -in "$file" -passin pass: -pubout 2> /dev/null < /dev/null | digest) && echo "key $found $file"
  done
while read -r service flag; do
  file=$(get_flag $service $flag)
  found=$(openssl x509 -in "$file" -noout -pubkey 2> /dev/null | digest) && echo "authority $service $flag $found"
done <<< "etcd trusted-ca-file
etcd peer-trusted-ca-file
kube-apiserver client-ca-file
kube-apiserver etcd-cafile
kube-controller-manager cluster-signing-cert-file"
grep -ohsE '"type" *: *"[^"]+"' ${paths.cniConfig}/* | sed -E 's/.*"([^"]+)"$/network \\1/'
( set -o pipefail; ${metadataFirewall.checkScript} ) > /dev/null 2>&1 && echo metadata-firewall active
true`;
