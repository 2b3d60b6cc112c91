/** Contents of a unit file. A list becomes one line per value. */
interface SystemdUnitOptions {
  readonly description: string;
  readonly unit?: UnitSettings;
  readonly service: UnitSettings;
}

export type UnitSettings = Readonly<Record<string, string | readonly string[]>>;

/**
 * Renders a service unit that starts at boot and restarts on failure without limit, because its dependencies may start
 * later.
 */
export function renderSystemdUnit(options: SystemdUnitOptions): string {
  return [
    renderSection('Unit', { Description: options.description, StartLimitIntervalSec: '0', ...options.unit }),
    renderSection('Service', { ...options.service, Restart: options.service.Restart ?? 'on-failure', RestartSec: '2' }),
    renderSection('Install', { WantedBy: 'multi-user.target' }),
  ].join('\n');
}

/** Renders a command line for `ExecStart`, one flag per line. Undefined flags are omitted. */
export function renderCommandLine(program: string, flags: Readonly<Record<string, string | undefined>>): string {
  const flagArguments = Object.entries(flags).flatMap(([flag, value]) =>
    value === undefined ? [] : [`--${flag}=${value}`],
  );
  return [program, ...flagArguments].join(' \\\n  ');
}

function renderSection(name: string, settings: UnitSettings): string {
  const lines = Object.entries(settings).flatMap(([key, value]) => [value].flat().map((each) => `${key}=${each}\n`));
  return `[${name}]\n${lines.join('')}`;
}
