import { findUnsupportedReason } from '../../local/ensure-packages.ts';

/** Why this host cannot run clusters on machines; also prints a visible warning. */
export function findSkipReason(): string | undefined {
  const reason = findUnsupportedReason();
  if (reason)
    console.warn(`${'#'.repeat(80)}\n#  SKIPPED: clusters on systemd-nspawn machines: ${reason}\n${'#'.repeat(80)}`);
  return reason;
}
