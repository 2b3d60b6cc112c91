import type { ModalView } from '@slack/types';
import type { z } from 'zod';
import type { Budgets } from '../../engine/service/budgets/budgets.ts';
import type { ClusterService } from '../../engine/service/cluster-service.ts';
import type { ComputeCatalog } from '../../engine/service/compute-catalog.ts';
import type { VersionCatalog } from '../../engine/service/version-catalog.ts';
import type { KubeconfigRole } from '../../store/kubeconfig-role.ts';
import type { Person } from '../../store/person.ts';
import type { Secret } from '../../store/vault/secret.ts';
import type { Authorizer } from '../authorization/authorizer.ts';
import type { Policy } from '../authorization/policy.ts';
import type { Message } from '../messages/blocks.ts';
import type { ChartImage } from '../slack/chat.ts';

/** Whether a reply replaces the message with the button. `true`: only an ephemeral one; `for-all`: also a public one. */
export type ReplaceMode = boolean | 'for-all';

/** Result of a command or button. Only the requester sees the message. */
export type CommandReply =
  | {
      readonly message: Message;
      readonly replaceOriginal?: ReplaceMode;
      /** Sent to the requester by DM after the message, because its data takes seconds to collect. */
      readonly renderChart?: () => Promise<ChartImage | undefined>;
    }
  | (FileReply & { readonly message: Message });

/** A file for the requester's DMs. Its content is not shown anywhere else. */
export interface FileReply {
  readonly file: Secret;
  readonly filename: string;
  readonly comment: Message;
  /** Set for a kubeconfig, which is withdrawn when its delivery fails. */
  readonly grant?: { readonly cluster: string; readonly id: string };
}

export interface CommandRequest<A> {
  readonly args: A;
  readonly requester: Person;
  readonly channel: string;
}

/** Defaults and limits for new clusters, from the configuration. */
export interface CreateDefaults {
  /** Prefix that the name of a cluster needs. */
  readonly namePrefix?: string | undefined;
  readonly region: string;
  readonly zone: string;
  readonly machineType: string;
  readonly controllers: 1 | 3 | 5;
  readonly workers: number;
  readonly version: string;
  /** Kubernetes versions that can be downloaded, as far as known, oldest first. */
  readonly versions: readonly string[];
  readonly subnet: string;
  readonly podCidr: string;
  readonly serviceCidr: string;
  /** Limits that help and the Home tab show. The engine enforces them. */
  readonly budgets?: Budgets;
  /** Source ranges of the SSH firewall rule. */
  readonly sshRanges: readonly string[];
  /** Names of the phases, for `rebuild --from`. */
  readonly phases: readonly string[];
}

/** Dependencies of commands, buttons and modals. Each declares the part of the service that it uses. */
export interface CommandDeps {
  readonly clusterService: ClusterService;
  readonly computeCatalog: ComputeCatalog;
  readonly versionCatalog: VersionCatalog;
  readonly defaults: CreateDefaults;
  readonly policy: Policy;
  /** For commands whose result depends on a further permission. */
  readonly authorize: Authorizer;
}

/** Dependencies of a command that needs only the part `S` of the engine's API. */
export interface ServiceDeps<S> {
  readonly clusterService: S;
}

/** What a request needs: `look` to read, `create` to change clusters, or the right to decide on a run's approval. */
export type Permission =
  | 'look'
  | 'create'
  | { readonly run: string; readonly isApproval: boolean }
  /** Receive a kubeconfig. Undefined: with the policy's default role. */
  | { readonly kubeconfigRole: KubeconfigRole | undefined }
  /** Revoke the kubeconfigs of this person. */
  | { readonly kubeconfigOwner: Person };

type ArgsSchema = z.ZodObject;

/** A button. Its id must not change, because old messages keep their buttons. */
export interface Button<V = unknown> {
  readonly id: string;
  /** Schema of the button's JSON value, which comes from outside. */
  readonly value: z.ZodType<V>;
  /** @default create */
  readonly getPermission?: (value: V) => Permission;
  readonly handler:
    | { onClick(request: CommandRequest<V>, deps: CommandDeps): Promise<CommandReply> }
    | { openModal(request: CommandRequest<V>, deps: CommandDeps): ModalContent };
}

/** A modal. Slack allows 3 s to open it, so `view` must not wait for the store or an API. */
export interface ModalContent {
  readonly view: ModalView;
  /** Replaces the message with the button that opened the modal. */
  readonly placeholderMessage?: Message;
  /** Replaces `view` once the data is loaded. */
  readonly loadView?: () => Promise<ModalView>;
  /** Checked before `loadView`. A denial replaces the modal. */
  readonly permission?: Permission;
}

/** Field values of a modal, by block id. Checkboxes: the selected values, comma-separated. */
export type ModalInput = Readonly<Record<string, string>>;

/** A modal that can be submitted. Authorization happens on submission. */
export interface Modal<V = unknown> {
  /** Slack's `callback_id`. */
  readonly id: string;
  /** Schema of the JSON in `private_metadata`, which comes from outside. */
  readonly value: z.ZodType<V>;
  /** Returns the channel that the user selected in the modal, for a modal that was opened outside a channel. */
  readonly getSelectedChannel?: (input: ModalInput, deps: CommandDeps) => string | undefined;
  /** Returns errors by block id, or undefined. Synchronous, because the result goes out with the acknowledgement. */
  validate(value: V, input: ModalInput, deps: CommandDeps): Readonly<Record<string, string>> | undefined;
  onSubmit(request: CommandRequest<V> & { readonly input: ModalInput }, deps: CommandDeps): Promise<CommandReply>;
  /** Returns the updated modal after a field change or a click in the modal, or undefined. */
  readonly onChange?: (value: V, input: ModalInput, blockId: string, deps: CommandDeps) => ModalContent | undefined;
}

interface CommandInfo<A extends ArgsSchema> {
  readonly name: string;
  /** One line for the help overview. */
  readonly summary: string;
  /** Arguments as shown in help, for example `NAME [--hours N]`. */
  readonly usage: string;
  readonly examples: readonly string[];
  /** Keys of the arguments that are positional, in order. */
  readonly positionals: readonly string[];
  /** Schema of all arguments. The key `machineType` is the flag `--machine-type`; descriptions appear in help. */
  buildArgsSchema(defaults: CreateDefaults): A;
}

/** A subcommand of `/kthw`. It returns a reply and never posts. */
export interface Command<A extends ArgsSchema = ArgsSchema> extends CommandInfo<A> {
  readonly permission: Permission | ((request: CommandRequest<z.infer<A>>) => Permission);
  run(request: CommandRequest<z.infer<A>>, deps: CommandDeps): Promise<CommandReply>;
  readonly interactions?: CommandInteractions;
}

/** A command that needs neither the engine nor the store. Its reply is part of the acknowledgement. */
export interface ImmediateCommand<A extends ArgsSchema = ArgsSchema> extends CommandInfo<A> {
  respond(request: CommandRequest<z.infer<A>>, commands: readonly AnyCommand[], defaults: CreateDefaults): CommandReply;
  readonly interactions?: CommandInteractions;
}

export type AnyCommand = Command | ImmediateCommand;

/** Buttons and modals of a command. */
interface CommandInteractions {
  /** Opened by the command without arguments. `fallbackMessage` is for mentions, which can't open a modal. */
  readonly modalWithoutArgs?: {
    openModal(channel: string, deps: CommandDeps): ModalContent;
    readonly fallbackMessage: Message;
  };
  readonly buttons?: readonly Button[];
  readonly modals?: readonly Modal[];
}

/** Type-checks `run` against the arguments, then erases their type for the registry. */
export function defineCommand<A extends ArgsSchema>(command: Command<A>): Command {
  return command as unknown as Command;
}

export function defineButton<V>(button: Button<V>): Button {
  return button as unknown as Button;
}

export function defineModal<V>(modal: Modal<V>): Modal {
  return modal as unknown as Modal;
}
