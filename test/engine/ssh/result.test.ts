import { describe, expect, test } from 'vitest';
import { formatFailure, maskSecrets } from '../../../src/engine/ssh/format-failure.ts';

const line = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj';
const pem = `-----BEGIN RSA PRIVATE KEY-----\n${line}\nMzEfYyjiWA4R4/M2bS1GB4t7NXp98C3S\n-----END RSA PRIVATE KEY-----`;

describe('masking', () => {
  test.each([
    ['a PEM block', `before\n${pem}\nafter`, 'before\n[masked]\nafter'],
    ['a PEM block whose end is missing', pem.slice(0, 90), '[masked]'],
    ['a PEM block whose beginning is missing', pem.slice(40), '[masked]'],
    ['two PEM blocks, but not what is between', `${pem}\nand\n${pem}`, '[masked]\nand\n[masked]'],
    ['an encryption key of 32 bytes', 'secret: q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=', 'secret: [masked]'],
    ['a bearer token', 'Authorization: Bearer abc.def-123', 'Authorization: Bearer [masked]'],
    ['a bootstrap token', 'token 07401b.f395accd246ae52d expired', 'token [masked] expired'],
    ['parts of a web token', `eyJhbGciOiJSUzI1NiIsImtpZCI6IktXSFRfMSJ9abc1.x`, '[masked].x'],
    ['a long hexadecimal number', `sha256:${'0123456789abcdef'.repeat(4)}`, 'sha256:[masked]'],
  ])('masks %s', (_, text, expected) => {
    expect(maskSecrets(text)).toBe(expected);
  });

  test.each([
    ['a sentence', 'Job for etcd.service failed because the control process exited with error code.'],
    ['a long path', '/etc/systemd/system/multi-user.target.wants/kube-controller-manager/kthw/override'],
    ['a path without dots', '/var/lib/containerd/io/containerd/snapshotter/overlayfs/snapshots'],
    ['a name with dashes', 'kubernetes-the-hard-way-controller-manager-serving-0'],
    ['40 characters of a digest', 'a'.repeat(40)],
    ['a certificate error', 'x509: certificate is valid for 10.32.0.1, not 10.240.0.10'],
  ])('keeps %s', (_, text) => {
    expect(maskSecrets(text)).toBe(text);
  });
});

describe('formatFailure', () => {
  test('uses stderr, or stdout if empty', () => {
    expect(formatFailure({ stdout: 'out\n', stderr: 'err\n' })).toBe('err');
    expect(formatFailure({ stdout: 'out\n', stderr: ' \n' })).toBe('out');
    expect(formatFailure({ stdout: '', stderr: '' })).toBe('');
  });

  test('keeps the last complete lines of long output', () => {
    const lines = Array.from({ length: 100 }, (_, n) => `line number ${n}`);
    const text = formatFailure({ stdout: '', stderr: lines.join('\n') });
    expect(text.length).toBeLessThanOrEqual(601);
    expect(text).toMatch(/^…line number \d+\n/);
    expect(text.endsWith('line number 98\nline number 99')).toBe(true);
  });

  test('masks before truncating', () => {
    const key = `-----BEGIN PRIVATE KEY-----\n${Array.from({ length: 30 }, () => line).join('\n')}\n-----END PRIVATE KEY-----`;
    expect(formatFailure({ stdout: '', stderr: `${key}\nfailed` })).toBe('[masked]\nfailed');
  });
});
