import type { KnownBlock, ModalView } from '@slack/types';
import type { z } from 'zod';
import type { ClusterService } from '../../engine/service/cluster-service-types.ts';
import type { ComputeCatalog } from '../../engine/service/compute-catalog.ts';
import type { Person } from '../../store/person.ts';
import type { Secret } from '../../store/vault/secret.ts';
import type { Policy } from '../authorization/policy.ts';
import type { ChartImage } from '../slack/chat.ts';

/** What Slack shows. `text` is what notifications and screen readers get. */
export interface Message {
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
}

/** Whether it takes the place of the message with the button: of one that the presser alone sees, or of anybody's. */
export type ReplaceMode = boolean | 'for-all';

/** What comes of a command or a button. `shown` is seen by the asker alone. */
export type CommandReply =
  | {
      readonly message: Message;
      readonly replaceOriginal?: ReplaceMode;
      /** Comes after it, to the asker's direct messages: what it shows takes a while to look at. */
      readonly renderChart?: () => Promise<ChartImage | undefined>;
    }
  /** A file for the asker's direct messages, with a word meanwhile. Its content is never shown anywhere else. */
  | { readonly file: Secret; readonly filename: string; readonly comment: Message; readonly message: Message };

export interface CommandRequest<A> {
  readonly args: A;
  readonly requester: Person;
  readonly channel: string;
}

/** Values of a cluster for which nobody gave one. */
export interface CreateDefaults {
  readonly region: string;
  readonly zone: string;
  readonly machineType: string;
  readonly controllers: 1 | 3 | 5;
  readonly workers: number;
  readonly version: string;
  /** Versions that can be asked for. */
  readonly versions: readonly string[];
  readonly subnet: string;
  readonly podCidr: string;
  readonly serviceCidr: string;
  /** From where machines take ssh while it is open. */
  readonly sshRanges: readonly string[];
  /** Names of the phases that can be started over from. */
  readonly phases: readonly string[];
}

/** What commands work with: set once, at the start. */
export interface CommandDeps {
  readonly clusterService: ClusterService;
  readonly computeCatalog: ComputeCatalog;
  readonly defaults: CreateDefaults;
  readonly policy: Policy;
}

/** What somebody must be allowed to: to look, to make clusters and work with them, or to answer what a run asks. */
export type Permission =
  | 'look'
  | 'create'
  | { readonly run: string; readonly isApproval: boolean }
  /** Whose kubeconfigs are to work no more. */
  | { readonly kubeconfigOwner: Person };

export type ArgsSchema = z.ZodObject;

/** A button. Its id never changes: old messages keep their buttons. */
export interface Button<V = unknown> {
  readonly id: string;
  /** What a press carries, as JSON. Checked, because it comes from outside. */
  readonly value: z.ZodType<V>;
  /** @default to create */
  readonly getPermission?: (value: V) => Permission;
  /** The channel in which it acts, if not where it is. */
  readonly getChannel?: (value: V) => string;
  readonly handler:
    | { onClick(request: CommandRequest<V>, deps: CommandDeps): Promise<CommandReply> }
    | { openModal(request: CommandRequest<V>, deps: CommandDeps): ModalContent };
}

/** A modal as it is shown at once: Slack gives three seconds for it, so that nobody is asked anything before. */
export interface ModalContent {
  readonly view: ModalView;
  /** Takes the place of the button that opened it. */
  readonly placeholderMessage?: Message;
  /** The same once those who take longer were asked. */
  readonly loadView?: () => Promise<ModalView>;
  /** Who may not do this there is told so in the modal's place. */
  readonly access?: { readonly channel: string; readonly permission: Permission };
}

/** What was typed and chosen in a modal, by block; of checkboxes the ticked values with commas between. */
export type ModalInput = Readonly<Record<string, string>>;

/** A modal. What it needs is checked when it is submitted. */
export interface Modal<V = unknown> {
  /** Its callback id. */
  readonly id: string;
  /** What it carries, as JSON in its metadata. Checked, because it comes from outside. */
  readonly value: z.ZodType<V & { readonly channel?: string | undefined }>;
  /** The block in which a channel is chosen, where the value names none. */
  readonly channelBlockId?: string;
  /** What is wrong with what was typed, by block; nothing: all is well. Asks nobody: the answer goes out at once. */
  validate(value: V, input: ModalInput, deps: CommandDeps): Readonly<Record<string, string>> | undefined;
  onSubmit(request: CommandRequest<V> & { readonly input: ModalInput }, deps: CommandDeps): Promise<CommandReply>;
  /** Something was changed that other fields hang on, or a button in it was pressed: the modal anew. */
  readonly onChange?: (value: V, input: ModalInput, blockId: string, deps: CommandDeps) => ModalContent | undefined;
}

/** A subcommand of `/kthw`. It returns what to show; it never posts by itself. */
export interface Command<A extends ArgsSchema = ArgsSchema> {
  readonly name: string;
  /** The arguments that are not flags, as help shows them: `NAME`. */
  readonly usage: string;
  /** One line. */
  readonly help: string;
  readonly examples: readonly string[];
  /** Keys of `args` that are given by place instead of by flag. */
  readonly positionals: readonly string[];
  /** Every argument. A key `machineType` is the flag `--machine-type`; its description is the flag's help. */
  buildArgsSchema(defaults: CreateDefaults): A;
  /** Needs neither engine nor store, so that its answer goes out with the acknowledgement. */
  readonly respondImmediately?: (
    request: CommandRequest<z.infer<A>>,
    commands: readonly Command[],
    defaults: CreateDefaults,
  ) => CommandReply;
  /** @default to create */
  readonly permission?: Permission;
  /** Where that hangs on what was asked. */
  readonly getPermission?: (request: CommandRequest<z.infer<A>>) => Permission;
  readonly run?: (request: CommandRequest<z.infer<A>>, deps: CommandDeps) => Promise<CommandReply>;
  /** What its bare name opens. `without`: the answer where nothing can be opened. */
  readonly modalWithoutArgs?: {
    openModal(requester: Person, channel: string, deps: CommandDeps): ModalContent;
    readonly fallbackMessage: Message;
  };
  readonly buttons?: readonly Button[];
  readonly modals?: readonly Modal[];
}
