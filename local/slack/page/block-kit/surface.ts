import { createContext, useContext } from 'react';
import type { Block } from '../../model/view.ts';
import type { Control, Entered, Value } from './block-kit-types.ts';

/** What blocks stand on: a message, a modal, a Home tab; or, without it, only a picture of one. */
export interface Surface {
  /** Somebody pressed or chose. It is over once the bot has answered. */
  act(block: Block, control: Control, value: Value | undefined): Promise<void>;
  /** What was entered here so far. */
  readonly entered?: Entered;
  enter?(block: Block, control: Control, value: Value): void;
  /** What is wrong, by block. */
  readonly errors?: Readonly<Record<string, string>>;
}

const SurfaceContext = createContext<Surface>({ act: async () => {} });

export const SurfaceProvider = SurfaceContext.Provider;

/** The surface that a block stands on. */
export function useSurface(): Surface {
  return useContext(SurfaceContext);
}
