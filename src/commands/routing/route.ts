import type { Person } from '../../store/person.ts';
import type { CommandDeps, CommandReply, ModalContent, Permission } from './command.ts';

export interface RequestOrigin {
  readonly requester: Person;
  readonly channel: string;
}

/** `immediateReply` is part of the acknowledgement. `execute` runs after it, once `permission` is granted. */
export type Route =
  | { readonly immediateReply: CommandReply }
  | {
      readonly permission: Permission;
      readonly execute: (deps: CommandDeps) => Promise<CommandReply>;
      /** The channel in which it acts. @default the channel of the request */
      readonly channel?: string;
    };

/** Opens a modal right after the acknowledgement. */
export interface ModalRoute {
  readonly openModal: (deps: CommandDeps) => ModalContent;
}
