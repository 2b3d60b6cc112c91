import { createContext, useContext } from 'react';
import type { Person, UserGroup } from '../../model/person.ts';

/** Resolves user and channel ids to names, and identifies the current user. */
export interface Directory {
  readonly me: string;
  readonly people: readonly Person[];
  readonly channels: readonly { readonly id: string; readonly name: string; readonly kind: string }[];
  readonly groups: readonly UserGroup[];
}

const DirectoryContext = createContext<Directory>({ me: '', people: [], channels: [], groups: [] });

/** Provides the directory to the components inside. */
export const DirectoryProvider = DirectoryContext.Provider;

export function useDirectory(): Directory {
  return useContext(DirectoryContext);
}
