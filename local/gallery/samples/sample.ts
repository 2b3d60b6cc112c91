import type { HomeView, ModalView } from '@slack/types';
import type { Message } from '../../../src/commands/routing/command.ts';

/** One thing that people meet in Slack, in one state. */
export interface Sample {
  readonly group: string;
  readonly name: string;
  readonly surface: 'message' | 'ephemeral' | 'modal' | 'home';
  readonly message: Message | ModalView | HomeView;
  /** The PNG that comes with it. */
  readonly renderChart?: () => Promise<Uint8Array>;
}

/** Messages of one group by name. */
export function createMessageSamples(
  group: string,
  surface: 'message' | 'ephemeral',
  messagesByName: Readonly<Record<string, Message>>,
): Sample[] {
  return Object.entries(messagesByName).map(([name, message]) => ({ group, name, surface, message }));
}
