import { createContext, useContext } from 'react';
import type { Person, UserGroup } from '../../model/person.ts';

/** Whom and what the ids in messages stand for, and whose eyes look. */
export interface Directory {
  readonly me: string;
  readonly people: readonly Person[];
  readonly channels: readonly { readonly id: string; readonly name: string; readonly kind: string }[];
  readonly groups: readonly UserGroup[];
}

const DirectoryContext = createContext<Directory>({ me: '', people: [], channels: [], groups: [] });

/** Gives names to all that is drawn inside. */
export const DirectoryProvider = DirectoryContext.Provider;

export function useDirectory(): Directory {
  return useContext(DirectoryContext);
}
