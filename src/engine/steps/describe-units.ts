import type { Instance } from '../cluster/cluster.ts';
import { connectToInstance } from './connect-to-instance.ts';
import type { StepContext } from './step-context.ts';

/** State of systemd units with the last line of each log. Undefined: unknown. */
export async function describeUnits(
  c: StepContext,
  instance: Instance,
  units: readonly string[],
): Promise<string | undefined> {
  const script = `for unit in ${units.join(' ')}; do
  echo "$unit is $(systemctl is-active "$unit"): $(journalctl -q --no-pager -o cat -n 1 -u "$unit" 2>/dev/null | cut -c 1-200)"
done`;
  const host = await connectToInstance(c, instance);
  const { exitCode, stdout } = await host.run(script, { deadlineMs: 15_000, signal: c.signal });
  const lines = stdout.trim().split('\n').filter(Boolean);
  return exitCode === 0 && lines.length > 0 ? lines.join('; ') : undefined;
}
