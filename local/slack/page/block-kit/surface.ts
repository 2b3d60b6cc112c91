import { createContext, useContext } from 'react';
import type { Block } from '../../model/view.ts';
import type { Control, ControlValue, InputValues } from './block-kit-types.ts';

/** The surface that contains blocks: a message, modal or Home tab. Without one, blocks are a static preview. */
export interface Surface {
  /** Sends a click or choice to the bot. Resolves when the bot has responded. */
  onAction(block: Block, control: Control, value: ControlValue | undefined): Promise<void>;
  /** Current input. */
  readonly inputValues?: InputValues;
  onInput?(block: Block, control: Control, value: ControlValue): void;
  /** Validation errors by block id. */
  readonly errors?: Readonly<Record<string, string>>;
}

const SurfaceContext = createContext<Surface>({ onAction: async () => {} });

export const SurfaceProvider = SurfaceContext.Provider;

/** Returns the surface that contains the current block. */
export function useSurface(): Surface {
  return useContext(SurfaceContext);
}
