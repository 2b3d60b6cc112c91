import type { BasicOutcome, Check, Outcome } from '../check.ts';
import {
  checkConfigFile,
  checkFlag,
  checkProcess,
  findWorst,
  getField,
  inspectControllers,
  toList,
} from '../check-helpers.ts';
import { hasOnlyStrongCiphers } from '../strong-ciphers.ts';

const service = 'kube-apiserver';
const inUnit = `in kube-apiserver.service on each controller, and restart it`;

/** Flags of API servers. */
export const apiServerChecks: readonly Check[] = [
  {
    number: '1.2.1',
    title: 'nobody unknown may ask the API server',
    automated: false,
    remediation: `set \`--anonymous-auth=false\` ${inUnit}`,
    inspect: inspectControllers(checkFlag(service, 'anonymous-auth', 'false')),
  },
  {
    number: '1.2.3',
    title: 'services claim no addresses outside the cluster',
    automated: false,
    remediation: `add \`DenyServiceExternalIPs\` to \`--enable-admission-plugins\` ${inUnit}`,
    inspect: inspectControllers((facts, minor): Outcome => {
      const outcome = checkAdmissionPlugin('DenyServiceExternalIPs')(facts);
      return isFailure(outcome) && minor < 21
        ? { waived: 'the plug-in `DenyServiceExternalIPs` came with 1.21' }
        : outcome;
    }),
  },
  {
    number: '1.2.9',
    title: 'nobody floods the API server with events',
    automated: false,
    remediation: `add \`EventRateLimit\` to \`--enable-admission-plugins\`, with limits in \`--admission-control-config-file\`, ${inUnit}`,
    inspect: inspectControllers((facts) =>
      findWorst([
        checkAdmissionPlugin('EventRateLimit')(facts),
        checkConfigFile(service, 'admission', (content): BasicOutcome => {
          const names = toList(getField(content, 'plugins')).map((one) => getField(one, 'name'));
          return names.includes('EventRateLimit') ? 'right' : { failure: 'no limits are set for `EventRateLimit`' };
        })(facts),
      ]),
    ),
  },
  {
    number: '1.2.11',
    title: 'images are pulled for each pod',
    automated: false,
    remediation: `add \`AlwaysPullImages\` to \`--enable-admission-plugins\` ${inUnit}`,
    inspect: inspectControllers((facts): Outcome => {
      const outcome = checkAdmissionPlugin('AlwaysPullImages')(facts);
      return isFailure(outcome)
        ? { waived: 'with `AlwaysPullImages` no pod could start while its registry is away' }
        : outcome;
    }),
  },
  {
    number: '1.2.15',
    title: "the API server's profiler is off",
    automated: true,
    remediation: `set \`--profiling=false\` ${inUnit}`,
    inspect: inspectControllers(checkFlag(service, 'profiling', 'false')),
  },
  {
    number: '1.2.18',
    title: 'ten old audit logs are kept',
    automated: true,
    remediation: `set \`--audit-log-maxbackup=10\` ${inUnit}`,
    inspect: inspectControllers(checkFlag(service, 'audit-log-maxbackup', (value) => Number(value) >= 10)),
  },
  {
    number: '1.2.29',
    title: 'the API server takes strong ciphers only',
    automated: false,
    remediation: `name strong ones in \`--tls-cipher-suites\` ${inUnit}`,
    inspect: inspectControllers(
      checkFlag(service, 'tls-cipher-suites', (value) => hasOnlyStrongCiphers(value.split(','))),
    ),
  },
  {
    number: '1.2.30',
    title: 'tokens of service accounts end when they say',
    automated: true,
    remediation: `set \`--service-account-extend-token-expiration=false\` ${inUnit}`,
    inspect: inspectControllers(checkFlag(service, 'service-account-extend-token-expiration', 'false')),
  },
];

/** An admission plug-in that is on. */
function checkAdmissionPlugin(name: string) {
  return checkProcess(service, ({ flags }): BasicOutcome => {
    const [enabled, disabled] = ['enable', 'disable'].map(
      (setting) => flags.get(`${setting}-admission-plugins`)?.split(',') ?? [],
    );
    if (disabled?.includes(name)) return { failure: `\`${name}\` is switched off` };
    return enabled?.includes(name) ? 'right' : { failure: `\`${name}\` is not among the admission plug-ins` };
  });
}

function isFailure(outcome: Outcome): outcome is { readonly failure: string } {
  return typeof outcome === 'object' && 'failure' in outcome;
}
