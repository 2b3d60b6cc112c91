/** What was found on one machine, of what the items ask for. Nothing secret: of private keys only which public key they belong to. */
export interface HostFacts {
  /** By service, of those that run. */
  readonly processes: ReadonlyMap<string, ProcessFacts>;
  /** By path. */
  readonly files: ReadonlyMap<string, FileFacts>;
  readonly configFiles: ReadonlyMap<ConfigFileName, ConfigFileFacts>;
  /** Of the audit log that the API server names. */
  readonly auditLogBytes?: number;
  /** How secrets are encrypted at rest, the first one for what is written. */
  readonly encryptionProviders: readonly string[];
  readonly privateKeys: readonly { readonly path: string; readonly publicKey: string }[];
  /** Certificates that services trust or sign with, by the flag that names them. */
  readonly certificateAuthorities: readonly {
    readonly service: string;
    readonly flag: string;
    readonly publicKey: string;
  }[];
  /** Types that the configuration of pods' network names. */
  readonly cniPlugins: readonly string[];
}

export interface ProcessFacts {
  readonly user: string;
  /** Seconds since 1970. */
  readonly startedAt: number;
  /** The last value of each flag; `true` where it has none. */
  readonly flags: ReadonlyMap<string, string>;
}

export interface FileFacts {
  /** Permission bits. */
  readonly mode: number;
  /** `user:group` */
  readonly owner: string;
}

/** Files that are read, since they hold no secret: those that the running services name. */
export const configFileNames = ['kubelet', 'scheduler', 'admission', 'audit-policy'] as const;
export type ConfigFileName = (typeof configFileNames)[number];

export interface ConfigFileFacts {
  readonly path: string;
  /** Seconds since 1970. */
  readonly modifiedAt: number;
  /** As YAML has it; undefined: it is none. */
  readonly content: unknown;
}
