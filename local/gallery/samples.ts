import { block, message } from '../../src/commands/messages/blocks.ts';
import { md } from '../../src/commands/messages/markdown.ts';

/** One thing that a person may see, for looking at it and for pictures of it. */
export interface Sample {
  /** Samples of a group stand together. */
  readonly group: string;
  readonly name: string;
  readonly surface: 'message' | 'modal' | 'home' | 'ephemeral';
  /** What is sent to Slack: a message, or for a modal and a Home tab the view. */
  readonly message: { readonly text: string; readonly blocks: readonly unknown[] } | View;
  /** A PNG that is shared with it. */
  readonly picture?: () => Promise<Uint8Array>;
}

interface View {
  readonly type: 'modal' | 'home';
  readonly blocks: readonly unknown[];
}

/** Every message in each of its states. */
export const samples: readonly Sample[] = [
  {
    group: 'Answers',
    name: 'a line with the next command',
    surface: 'ephemeral',
    message: message(md`There is no cluster yet; \`/kthw create NAME\` makes one`),
  },
  {
    group: 'Home',
    name: 'nothing yet',
    surface: 'home',
    message: { type: 'home', blocks: [block.header('Clusters'), block.section(md`There is no cluster yet`)] },
  },
];
