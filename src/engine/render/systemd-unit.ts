/** What a unit file says; a list gives one line for each of its values. */
export interface SystemdUnitOptions {
  readonly description: string;
  readonly unit?: UnitSettings;
  readonly service: UnitSettings;
}

export type UnitSettings = Readonly<Record<string, string | readonly string[]>>;

/**
 * A service that systemd starts at boot and starts again for as long as it fails: what it waits for may come up later, so
 * it never gives up.
 */
export function renderSystemdUnit(options: SystemdUnitOptions): string {
  return [
    renderSection('Unit', { Description: options.description, StartLimitIntervalSec: '0', ...options.unit }),
    renderSection('Service', { ...options.service, Restart: options.service.Restart ?? 'on-failure', RestartSec: '2' }),
    renderSection('Install', { WantedBy: 'multi-user.target' }),
  ].join('\n');
}

/** A command line for `ExecStart`, a flag a line. Flags without a value are left out. */
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
