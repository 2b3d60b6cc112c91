import { createContext, useContext } from 'react';
import type { Block } from '../../model/view.ts';
import type { Control, ControlValue, InputValues } from './block-kit-types.ts';

/** What blocks stand on: a message, a modal, a Home tab; or, without it, only a picture of one. */
export interface Surface {
  /** Somebody pressed or chose. It is over once the bot has answered. */
  onAction(block: Block, control: Control, value: ControlValue | undefined): Promise<void>;
  /** What was entered here so far. */
  readonly inputValues?: InputValues;
  onInput?(block: Block, control: Control, value: ControlValue): void;
  /** What is wrong, by block. */
  readonly errors?: Readonly<Record<string, string>>;
}

const SurfaceContext = createContext<Surface>({ onAction: async () => {} });

export const SurfaceProvider = SurfaceContext.Provider;

/** The surface that a block stands on. */
export function useSurface(): Surface {
  return useContext(SurfaceContext);
}
