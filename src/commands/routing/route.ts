import type { Person } from '../../store/person.ts';
import type { CommandDeps, CommandReply, ModalContent, Permission } from './command.ts';
import type { RequestSubject } from './resolve-channel.ts';

/** Who made a request, and the channel of Slack's envelope. The Home tab and modals have none: it is empty. */
export interface RequestOrigin {
  readonly requester: Person;
  readonly channel: string;
}

/** `immediateReply` is part of the acknowledgement. `execute` runs after it, once `permission` is granted. */
export type Route =
  | {
      readonly immediateReply: CommandReply;
      /** The reply itself is a denial, so no other denial replaces it. */
      readonly isDenial?: boolean;
    }
  | {
      readonly permission: Permission;
      /** @param channel in which it acts @default the channel of the request */
      readonly execute: (deps: CommandDeps, channel?: string) => Promise<CommandReply>;
      readonly subject?: RequestSubject;
      /** Selected in a modal that was opened outside a channel. */
      readonly selectedChannel?: string | undefined;
    };

/** Opens a modal right after the acknowledgement. */
export interface ModalRoute {
  readonly openModal: (deps: CommandDeps) => ModalContent;
  readonly subject?: RequestSubject;
}
