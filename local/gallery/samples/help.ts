import { commandRegistry } from '../../../src/commands/routing/command-registry.ts';
import { spec } from './fixtures.ts';
import type { SampleCatalogue } from './sample.ts';

const { name: _, forceSize: __, ...values } = spec;
const defaults = {
  ...values,
  sshRanges: ['0.0.0.0/0'],
  versions: [spec.version, '1.34.10'],
  phases: ['network', 'controllers', 'etcd'],
};

/** All texts come from the commands themselves. */
export const helpSamples = {
  renderHelpOverview: {
    group: 'Help',
    surface: 'ephemeral',
    states: {},
    liveStates: { 'all commands': [commandRegistry] },
  },
  renderCommandHelp: {
    group: 'Help',
    surface: 'ephemeral',
    states: {},
    liveStates: Object.fromEntries(commandRegistry.map((one) => [one.name, [one, defaults] as const])),
  },
} satisfies Pick<SampleCatalogue, 'renderHelpOverview' | 'renderCommandHelp'>;
