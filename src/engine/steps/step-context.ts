import type { Vault } from '../../store/vault/vault.ts';
import type { DigestLookup } from '../cluster/digests.ts';
import type { DownloadClient } from '../downloads/create-download-client.ts';
import type { ComputeClient } from '../gcp/compute/compute-client.ts';
import type { KubeClient } from '../kubernetes/kube-client.ts';
import type { RedactedVault } from '../manual/redacted-vault.ts';
import type { SshClient } from '../ssh/ssh-client.ts';
import type { WorkflowContext } from '../workflow/step.ts';
import type { BoundGrant } from './access-bindings.ts';

/** Clients and data for the steps of a cluster. */
export interface StepContext extends WorkflowContext {
  readonly compute: ComputeClient;
  readonly ssh: SshClient;
  readonly vault: Vault;
  readonly kube: KubeClient;
  /** Replaces every upstream host of a download. Undefined: downloads come from upstream. */
  readonly mirror: string | undefined;
  /** Trusted digests of downloads. */
  readonly digests: DigestLookup;
  /** Undefined: downloads are not checked before instances start them. */
  readonly downloads: DownloadClient | undefined;
  /** Kubeconfig grants that are neither expired nor revoked. */
  listActiveGrants(): Promise<readonly BoundGrant[]>;
}

/** Data that files and commands are rendered from. */
export interface RenderContext
  extends Pick<StepContext, 'cluster' | 'mirror' | 'digests' | 'getOutput' | 'findOutput'> {
  readonly vault: Pick<Vault, 'get'>;
}

/** Render context for commands that are shown: its vault returns placeholders instead of secrets. */
export interface ManualContext extends RenderContext {
  readonly vault: RedactedVault;
}
