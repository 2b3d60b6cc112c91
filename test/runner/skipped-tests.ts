import { execaSync } from 'execa';
import { findUnsupportedReason } from '../../local/ensure-packages.ts';
import { findFirestoreEmulator } from '../support/firestore-emulator.ts';
import type { Results } from './results.ts';

/** What was not tested on this machine and why, in lines; says so too when nothing was left out. */
export function leftOut(skipped: Results['skipped'], reasons = reasonsHere()): string[] {
  if (skipped.length === 0) return ['Nothing was left out: every test that was asked for ran.'];
  return [
    'LEFT OUT',
    ...skipped.map(({ file, tests, failed }) => `  ${tests} in ${file}${failed ? ', which failed' : ''}`),
    ...(reasons.length > 0
      ? ['because', ...reasons.map((reason) => `  ${reason}`)]
      : ['This machine has all that tests need: these say themselves when they do not apply.']),
  ];
}

/** Puts a frame around lines. */
export function framed(lines: readonly string[]): string {
  const width = Math.max(...lines.map((line) => line.length));
  const bar = '#'.repeat(width + 4);
  return [bar, ...lines.map((line) => `# ${line.padEnd(width)} #`), bar].join('\n');
}

function reasonsHere(): string[] {
  const noMachines = findUnsupportedReason();
  return [
    ...(noMachines ? [`no real machines: ${noMachines}`] : []),
    ...(runs('gcloud', '--version') ? [] : ['no gcloud on this machine: the local cloud was not tried with it']),
    ...(findFirestoreEmulator() ? [] : ["no Firestore store: Google's emulator or Java is not on this machine"]),
    ...(runs('kubectl', 'version', '--client') ? [] : ['no kubectl on this machine']),
    ...(runs('chromium', '--version') ? [] : ['no Chromium on this machine: the page was not tried']),
  ];
}

function runs(program: string, ...args: string[]): boolean {
  return !execaSync(program, args, { reject: false, stdio: 'ignore' }).failed;
}
