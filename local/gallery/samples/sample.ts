import type { HomeView, ModalView } from '@slack/types';
import type { Message } from '../../../src/commands/messages/blocks.ts';
import * as renderers from '../../../src/commands/messages/index.ts';

const messageCatalogue = { ...renderers };
type MessageCatalogue = typeof messageCatalogue;
export type MessageName = keyof MessageCatalogue;
export type RenderedSample = Message | ModalView | HomeView;

/** One message, modal or Home tab in one state. */
export interface Sample {
  readonly group: string;
  readonly name: string;
  readonly surface: 'message' | 'ephemeral' | 'modal' | 'home';
  readonly message: RenderedSample;
  /** Renders the attached chart as PNG. */
  readonly renderChart?: () => Promise<Uint8Array>;
  /** Contains texts of live registries (commands, errors, checks), so snapshots leave it out. */
  readonly isLive?: boolean;
}

/** Samples of one renderer: its arguments by the name of the state that they show. */
export interface SampleSet<N extends MessageName> {
  readonly group: string;
  readonly surface: Sample['surface'];
  readonly states: Readonly<Record<string, Parameters<MessageCatalogue[N]>>>;
  /** States with texts of live registries. */
  readonly liveStates?: Readonly<Record<string, Parameters<MessageCatalogue[N]>>>;
  /** Charts by the name of the state. */
  readonly charts?: Readonly<Record<string, () => Promise<Uint8Array>>>;
}

/** Samples of all renderers. A renderer without samples doesn't compile. */
export type SampleCatalogue = { readonly [N in MessageName]: SampleSet<N> };

export function renderSamples<N extends MessageName>(name: N, set: SampleSet<N>): Sample[] {
  const { group, surface, states, liveStates = {}, charts } = set;
  const render = ([state, args]: readonly [string, Parameters<MessageCatalogue[N]>]): Sample => {
    const renderChart = charts?.[state];
    return {
      group,
      name: state,
      surface,
      message: toMessage(Reflect.apply(messageCatalogue[name], undefined, args)),
      ...(renderChart ? { renderChart } : {}),
    };
  };
  return [
    ...Object.entries(states).map(render),
    ...Object.entries(liveStates).map((entry) => ({ ...render(entry), isLive: true })),
  ];
}

/** Some renderers also return where to show the message. */
function toMessage(rendered: RenderedSample | { readonly message: RenderedSample }): RenderedSample {
  return 'message' in rendered ? rendered.message : rendered;
}
