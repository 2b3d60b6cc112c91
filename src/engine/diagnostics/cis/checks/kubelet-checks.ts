import type { Item, Plain, Saw } from '../check.ts';
import { type Facts, field, list, onWorkers, text } from '../check-helpers.ts';
import { areStrong } from '../strong-ciphers.ts';

const inConfig = "in each kubelet's configuration, and restart it";

/** What kubelets are told. */
export const kubelet: readonly Item[] = [
  {
    number: '4.2.8',
    title: 'kubelets report as many events as is meant',
    automated: false,
    remedy: `set \`eventRecordQPS\` ${inConfig}`,
    look: onWorkers(setting('eventRecordQPS', 'event-qps', (value) => Number(value) >= 0)),
  },
  {
    number: '4.2.11',
    title: 'serving certificates of kubelets are renewed',
    automated: false,
    remedy: `set \`serverTLSBootstrap: true\` ${inConfig}; somebody must approve what it asks for`,
    look: onWorkers(text('kubelet', 'kubelet', renewsCertificates)),
  },
  {
    number: '4.2.12',
    title: 'kubelets take strong ciphers only',
    automated: false,
    remedy: `name strong ones in \`tlsCipherSuites\` ${inConfig}`,
    look: onWorkers(
      setting('tlsCipherSuites', 'tls-cipher-suites', (value) =>
        areStrong(typeof value === 'string' ? value.split(',') : list(value)),
      ),
    ),
  },
  {
    number: '4.2.13',
    title: 'a pod can have only so many processes',
    automated: false,
    remedy: `set \`podPidsLimit\` ${inConfig}`,
    look: onWorkers(setting('podPidsLimit', 'pod-max-pids', (value) => Number(value) > 0)),
  },
  {
    number: '4.2.14',
    title: 'pods get a filter of system calls',
    automated: false,
    remedy: `set \`seccompDefault: true\` ${inConfig}`,
    look: onWorkers((facts, minor): Saw => {
      const saw = setting('seccompDefault', 'seccomp-default', (value) => String(value) === 'true')(facts);
      const isWrong = typeof saw === 'object' && 'wrong' in saw;
      return isWrong && minor < 25 ? { excepted: 'before 1.25 it is an alpha feature, off by default' } : saw;
    }),
  },
];

/** A field of the configuration; a flag counts for more. */
function setting(name: string, flag: string, will: (value: unknown) => boolean) {
  return (facts: Facts): Plain =>
    text('kubelet', 'kubelet', (content, { flags }): Plain => {
      const value = flags.get(flag) ?? field(content, name);
      if (value === undefined) return { wrong: `\`${name}\` is not set` };
      return will(value)
        ? 'right'
        : { wrong: `\`${name}\` is \`${list(value).length > 0 ? list(value).join(', ') : value}\`` };
    })(facts);
}

function renewsCertificates(content: unknown): Saw {
  if (field(content, 'featureGates', 'RotateKubeletServerCertificate') === false)
    return { wrong: '`RotateKubeletServerCertificate` is switched off' };
  if (field(content, 'serverTLSBootstrap') === true) return 'right';
  return field(content, 'tlsCertFile') === undefined
    ? { wrong: 'the kubelet signs its serving certificate itself' }
    : {
        excepted:
          "serving certificates are signed by the cluster's authority in the vault, so that nobody has to approve them",
      };
}
