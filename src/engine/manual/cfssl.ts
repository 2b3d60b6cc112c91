import { caLifetimeHours } from '../pki/certificate-authority.ts';
import type { CertificateSpec } from '../pki/certificate-specs.ts';
import { certificateLifetimeHours } from '../pki/issue-certificate.ts';
import { subjectLocation, subjectOrganizationalUnit } from '../pki/sign-certificate.ts';
import { formatCommand, formatHereDocument, quoteArgument } from './format-command.ts';

const key = { algo: 'rsa', size: 2048 };

/** Renders commands that create a CA and its signing profile, as in the tutorial. Pure. https://github.com/cloudflare/cfssl */
export function renderCfsslCa(
  subject: Pick<CertificateSpec, 'commonName' | 'organization'>,
  caName?: CertificateSpec['issuer'],
): string {
  const file = getCaFilePrefix(caName);
  const expiry = `${certificateLifetimeHours}h`;
  const profile = (...usages: string[]) => ({ usages: ['signing', 'key encipherment', ...usages], expiry });
  const profiles = { kubernetes: profile('server auth', 'client auth'), client: profile('client auth') };
  const config = { signing: { default: { expiry }, profiles } };
  const request = { ...buildSigningRequest(subject), ca: { expiry: `${caLifetimeHours}h` } };
  return [
    formatHereDocument('cat > ca-config.json', formatJson(config)),
    formatHereDocument(`cat > ${file}-csr.json`, formatJson(request)),
    `cfssl gencert -initca ${file}-csr.json | cfssljson -bare ${file}`,
  ].join('\n');
}

/** Renders commands that issue one certificate. Pure. */
export function renderCfsslCertificate(spec: CertificateSpec): string {
  const { name, hosts, issuer, usages } = spec;
  const file = getCaFilePrefix(issuer);
  const request = quoteArgument(`${name}-csr.json`);
  const parts = [
    'cfssl gencert',
    `-ca=${file}.pem`,
    `-ca-key=${file}-key.pem`,
    '-config=ca-config.json',
    ...(hosts.length > 0 ? [`-hostname=${hosts.join()}`] : []),
    `-profile=${usages?.join() === 'client' ? 'client' : 'kubernetes'}`,
    request,
  ];
  const sign = `${parts.join(' \\\n  ')} | ${formatCommand(['cfssljson', '-bare', name])}`;
  return [formatHereDocument(`cat > ${request}`, formatJson(buildSigningRequest(spec))), sign].join('\n');
}

function getCaFilePrefix(caName: CertificateSpec['issuer']): string {
  return caName === undefined ? 'ca' : `${caName}-ca`;
}

function buildSigningRequest({ commonName, organization }: Pick<CertificateSpec, 'commonName' | 'organization'>) {
  const [first, ...others] = [organization].flat();
  const names = [{ ...subjectLocation, O: first, OU: subjectOrganizationalUnit }, ...others.map((O) => ({ O }))];
  return { CN: commonName, key, names };
}

function formatJson(value: object): string {
  return JSON.stringify(value, null, 2);
}
