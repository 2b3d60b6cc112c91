import type { Item, Plain } from '../check.ts';
import { type Facts, field, flag, of, onControllers, text, worst } from '../check-helpers.ts';

const manager = 'kube-controller-manager';
const inUnit = `in ${manager}.service on each controller, and restart it`;

/** Controller manager, scheduler and etcd. */
export const components: readonly Item[] = [
  {
    number: '1.3.1',
    title: 'pods that have ended are cleared away',
    automated: false,
    remedy: `set \`--terminated-pod-gc-threshold\` ${inUnit}`,
    look: onControllers(flag(manager, 'terminated-pod-gc-threshold', (value) => Number(value) > 0)),
  },
  {
    number: '1.3.2',
    title: "the controller manager's profiler is off",
    automated: true,
    remedy: `set \`--profiling=false\` ${inUnit}`,
    look: onControllers(flag(manager, 'profiling', 'false')),
  },
  {
    number: '1.3.7',
    title: 'the controller manager listens on loopback only',
    automated: true,
    remedy: `set \`--bind-address=127.0.0.1\` ${inUnit}`,
    look: onControllers(flag(manager, 'bind-address', '127.0.0.1')),
  },
  {
    number: '1.4.1',
    title: "the scheduler's profiler is off",
    automated: true,
    remedy: 'set `enableProfiling: false` in its configuration on each controller, and restart kube-scheduler',
    look: onControllers(of('kube-scheduler', ({ flags }, facts) => schedulerProfiles(flags, facts))),
  },
  {
    number: '2.7',
    title: 'etcd has an authority of its own',
    automated: false,
    remedy: "sign etcd's certificates by another authority than the cluster's, and name it in `--trusted-ca-file`",
    look: onControllers((facts) => worst([differs(facts, 'trusted-ca-file'), differs(facts, 'peer-trusted-ca-file')])),
  },
];

/** With a configuration the flag says nothing. https://kubernetes.io/docs/reference/command-line-tools-reference/kube-scheduler/ */
function schedulerProfiles(flags: ReadonlyMap<string, string>, facts: Facts): Plain {
  if (!flags.has('config')) return flag('kube-scheduler', 'profiling', 'false')(facts);
  return text('kube-scheduler', 'scheduler', (content): Plain => {
    const value = field(content, 'enableProfiling');
    if (value === false) return 'right';
    return { wrong: value === undefined ? '`enableProfiling` is not set' : `\`enableProfiling\` is \`${value}\`` };
  })(facts);
}

function differs({ authorities }: Facts, named: string): Plain {
  const publicKey = (service: string, flag: string) =>
    authorities.find((one) => one.service === service && one.flag === flag)?.publicKey;
  const [etcds, clusters] = [publicKey('etcd', named), publicKey('kube-apiserver', 'client-ca-file')];
  if (etcds === undefined) return { unseen: `etcd names no certificate in \`--${named}\`` };
  if (clusters === undefined) return { unseen: "the cluster's authority was not found" };
  return etcds === clusters ? { wrong: `\`--${named}\` is the cluster's authority` } : 'right';
}
