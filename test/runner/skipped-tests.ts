import { execaSync } from 'execa';
import { findUnsupportedReason } from '../../local/ensure-packages.ts';
import { findFirestoreEmulator } from '../support/firestore-emulator.ts';
import type { Results } from './results.ts';

/** Lists skipped tests and the reasons on this machine; also states if no test was skipped. */
export function describeSkippedTests(skipped: Results['skipped'], reasons = listSkipReasons()): string[] {
  if (skipped.length === 0) return ['No tests were skipped.'];
  return [
    'SKIPPED TESTS',
    ...skipped.map(({ file, tests, failed }) => `  ${tests} in ${file}${failed ? ', which failed' : ''}`),
    ...(reasons.length > 0
      ? ['because', ...reasons.map((reason) => `  ${reason}`)]
      : ['This machine has everything that tests need; these tests were skipped by their own conditions.']),
  ];
}

/** Draws a frame around lines. */
export function renderFrame(lines: readonly string[]): string {
  const width = Math.max(...lines.map((line) => line.length));
  const bar = '#'.repeat(width + 4);
  return [bar, ...lines.map((line) => `# ${line.padEnd(width)} #`), bar].join('\n');
}

function listSkipReasons(): string[] {
  const unsupportedReason = findUnsupportedReason();
  return [
    ...(unsupportedReason ? [`no systemd-nspawn machines: ${unsupportedReason}`] : []),
    ...(isInstalled('gcloud', '--version')
      ? []
      : ['gcloud is not installed: the Compute Engine emulator was not tested with it']),
    ...(findFirestoreEmulator()
      ? []
      : ["the Firestore store was not tested: Google's emulator or Java is not installed"]),
    ...(isInstalled('kubectl', 'version', '--client') ? [] : ['kubectl is not installed']),
    ...(isInstalled('chromium', '--version') ? [] : ['Chromium is not installed: the page was not tested']),
  ];
}

function isInstalled(program: string, ...args: string[]): boolean {
  return !execaSync(program, args, { reject: false, stdio: 'ignore' }).failed;
}
