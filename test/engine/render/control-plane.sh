# Runs in network and process namespaces of its own: starts a control plane whose files are below ROOT and prints what it
# found, as JSON.  ROOT BIN ADDRESS      Needs kubectl, curl, jq, iproute2.
set -eu
root=$1 bin=$2 address=$3
ip link set lo up
ip address add "$address/32" dev lo
# The API server looks for a way out to say where it is; nothing ever goes there.
ip route add default dev lo

start() { bash "$root/$1.sh" >"$root/$1.log" 2>&1 & }
until_ok() { for _ in $(seq 300); do if "$@" >/dev/null 2>&1; then return 0; fi; sleep 0.2; done; echo "never worked: $*" >&2; exit 1; }
kube() { kubectl --kubeconfig "$root/var/lib/kubernetes/admin.kubeconfig" --cache-dir "$root/cache" "$@"; }
may() { kubectl --kubeconfig "$root/$1.kubeconfig" --cache-dir "$root/cache" auth can-i delete nodes 2>/dev/null || true; }

start etcd
start kube-apiserver
until_ok kube get --raw /readyz
start kube-controller-manager
start kube-scheduler
readyz=$(kube get --raw /readyz)
ask() { curl -s --cacert "$root/var/lib/kubernetes/ca.pem" "$@"; }
own=(--cert "$root/var/lib/kubernetes/health-check.pem" --key "$root/var/lib/kubernetes/health-check-key.pem")
anonymous=$(ask -o "$root/refused" -w '%{http_code}' "https://$address:6443/healthz")
health=$(ask "${own[@]}" "https://$address:6443/healthz")
healthSecrets=$(ask "${own[@]}" -o "$root/refused" -w '%{http_code}' "https://$address:6443/api/v1/secrets")

kube apply -f "$root/access.yaml" >/dev/null
becomes() { for _ in $(seq 50); do now=$(may "$1"); [ "$now" = "$2" ] && break; sleep 0.1; done; printf '%s' "$now"; }
personBefore=$(may first)
kube apply -f "$root/first.json" >/dev/null
personBound=$(becomes first yes)
kube delete -f "$root/first.json" >/dev/null
personRevoked=$(becomes first no)
kube apply -f "$root/second.json" >/dev/null
personAgain=$(becomes second yes)
personOld=$(may first)

kube create secret generic pinned --from-literal=key=value >/dev/null
cert=etc/etcd/etcd
etcd() { ETCDCTL_API=3 "$bin/etcdctl" --endpoints=https://127.0.0.1:2379 --cacert="$root/etc/etcd/ca.pem" --cert="$root/$cert.pem" --key="$root/$cert-key.pem" "$@"; }
inEtcd=$(etcd get /registry/secrets/default/pinned --print-value-only | head -c 26)
etcdByOther=$(cert=var/lib/kubernetes/kubernetes; etcd get /registry/secrets/default/pinned >/dev/null 2>&1 && echo answered || echo refused)

coredns=$(kube create --dry-run=server -f "$root/coredns.yaml" -o name | tr '\n' ' ' | sed 's/ $//')
until_ok kube -n kube-system get lease kube-scheduler
until_ok kube -n kube-system get lease kube-controller-manager
leases=$(kube -n kube-system get lease -o name | sed 's#.*/##' | tr '\n' ' ' | sed 's/ $//')
until_ok kube -n default get serviceaccount default
token=$(kube -n default create token default)
issuer=$(printf '%s' "$token" | cut -d. -f2 | tr '_-' '/+' | sed 's/$/==/' | base64 -d 2>/dev/null | jq -r .iss)
audited=$(jq -r 'select(.verb == "create" and .objectRef.name == "pinned") | "\(.user.username) \(.verb) \(.objectRef.resource)"' "$root/var/log/kube-apiserver/audit.log" | head -n 1)
plain=$(ss -Hltn | awk '{print $4}' | grep -E ':(10251|10252|8080)$' | tr '\n' ' ' | sed 's/ $//')

jq -n --arg readyz "$readyz" --arg anonymous "$anonymous" --arg health "$health" --arg healthSecrets "$healthSecrets" --arg etcdByOther "$etcdByOther" --arg personBefore "$personBefore" --arg personBound "$personBound" \
  --arg personRevoked "$personRevoked" --arg personAgain "$personAgain" --arg personOld "$personOld" \
  --arg inEtcd "$inEtcd" --arg coredns "$coredns" --arg leases "$leases" --arg issuer "$issuer" --arg audited "$audited" --arg plain "$plain" '$ARGS.named'
