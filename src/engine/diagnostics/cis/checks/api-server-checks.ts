import type { BasicOutcome, Check, Outcome } from '../check.ts';
import { checkConfigFile, checkFlag, checkProcess } from '../check-process.ts';
import { findWorst, isFailure } from '../find-worst.ts';
import { getField, toList } from '../get-field.ts';
import { inspectControllers } from '../inspect-controllers.ts';
import { hasOnlyStrongCiphers } from '../strong-ciphers.ts';

const service = 'kube-apiserver';
const inUnit = 'in kube-apiserver.service on each controller and restart it';

/** Checks of API server flags. */
export const apiServerChecks: readonly Check[] = [
  {
    number: '1.2.1',
    title: 'API server `--anonymous-auth=false`',
    automated: false,
    remediation: `set \`--anonymous-auth=false\` ${inUnit}`,
    inspect: inspectControllers(checkFlag(service, 'anonymous-auth', 'false')),
  },
  {
    number: '1.2.3',
    title: 'admission plugin `DenyServiceExternalIPs`',
    automated: false,
    remediation: `add \`DenyServiceExternalIPs\` to \`--enable-admission-plugins\` ${inUnit}`,
    inspect: inspectControllers((facts, minor): Outcome => {
      const outcome = checkAdmissionPlugin('DenyServiceExternalIPs')(facts);
      return isFailure(outcome) && minor < 21
        ? { waived: '`DenyServiceExternalIPs` requires Kubernetes 1.21' }
        : outcome;
    }),
  },
  {
    number: '1.2.9',
    title: 'admission plugin `EventRateLimit`',
    automated: false,
    remediation: `add \`EventRateLimit\` to \`--enable-admission-plugins\` and its limits to \`--admission-control-config-file\` ${inUnit}`,
    inspect: inspectControllers((facts) =>
      findWorst([
        checkAdmissionPlugin('EventRateLimit')(facts),
        checkConfigFile(service, 'admission', (content): BasicOutcome => {
          const names = toList(getField(content, 'plugins')).map((plugin) => getField(plugin, 'name'));
          return names.includes('EventRateLimit') ? 'pass' : { failure: '`EventRateLimit` has no limits configured' };
        })(facts),
      ]),
    ),
  },
  {
    number: '1.2.11',
    title: 'admission plugin `AlwaysPullImages`',
    automated: false,
    remediation: `add \`AlwaysPullImages\` to \`--enable-admission-plugins\` ${inUnit}`,
    inspect: inspectControllers((facts): Outcome => {
      const outcome = checkAdmissionPlugin('AlwaysPullImages')(facts);
      return isFailure(outcome)
        ? { waived: '`AlwaysPullImages` prevents pods from starting while their registry is unavailable' }
        : outcome;
    }),
  },
  {
    number: '1.2.15',
    title: 'API server `--profiling=false`',
    automated: true,
    remediation: `set \`--profiling=false\` ${inUnit}`,
    inspect: inspectControllers(checkFlag(service, 'profiling', 'false')),
  },
  {
    number: '1.2.18',
    title: 'API server `--audit-log-maxbackup=10`',
    automated: true,
    remediation: `set \`--audit-log-maxbackup=10\` ${inUnit}`,
    inspect: inspectControllers(checkFlag(service, 'audit-log-maxbackup', (value) => Number(value) >= 10)),
  },
  {
    number: '1.2.29',
    title: 'API server accepts strong cipher suites only',
    automated: false,
    remediation: `list only strong cipher suites in \`--tls-cipher-suites\` ${inUnit}`,
    inspect: inspectControllers(
      checkFlag(service, 'tls-cipher-suites', (value) => hasOnlyStrongCiphers(value.split(','))),
    ),
  },
  {
    number: '1.2.30',
    title: 'API server `--service-account-extend-token-expiration=false`',
    automated: true,
    remediation: `set \`--service-account-extend-token-expiration=false\` ${inUnit}`,
    inspect: inspectControllers(checkFlag(service, 'service-account-extend-token-expiration', 'false')),
  },
];

/** Checks that an admission plugin is enabled. */
function checkAdmissionPlugin(name: string) {
  return checkProcess(service, ({ flags }): BasicOutcome => {
    const [enabled, disabled] = ['enable', 'disable'].map(
      (setting) => flags.get(`${setting}-admission-plugins`)?.split(',') ?? [],
    );
    if (disabled?.includes(name)) return { failure: `\`${name}\` is disabled` };
    return enabled?.includes(name) ? 'pass' : { failure: `\`${name}\` is not enabled` };
  });
}
