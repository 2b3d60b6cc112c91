/** What a unit file says; a list gives one line for each of its values. */
export interface UnitParts {
  readonly description: string;
  readonly unit?: Settings;
  readonly service: Settings;
}

export type Settings = Readonly<Record<string, string | readonly string[]>>;

/**
 * A service that systemd starts at boot and starts again for as long as it fails: what it waits for may come up later, so
 * it never gives up.
 */
export function systemdUnit(parts: UnitParts): string {
  return [
    section('Unit', { Description: parts.description, StartLimitIntervalSec: '0', ...parts.unit }),
    section('Service', { ...parts.service, Restart: parts.service.Restart ?? 'on-failure', RestartSec: '2' }),
    section('Install', { WantedBy: 'multi-user.target' }),
  ].join('\n');
}

/** A command line for `ExecStart`, a flag a line. Flags without a value are left out. */
export function commandLine(program: string, flags: Readonly<Record<string, string | undefined>>): string {
  const rendered = Object.entries(flags).flatMap(([flag, value]) =>
    value === undefined ? [] : [`--${flag}=${value}`],
  );
  return [program, ...rendered].join(' \\\n  ');
}

function section(name: string, settings: Settings): string {
  const lines = Object.entries(settings).flatMap(([key, value]) => [value].flat().map((each) => `${key}=${each}\n`));
  return `[${name}]\n${lines.join('')}`;
}
