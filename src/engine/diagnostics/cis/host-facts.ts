/** Facts of one instance that checks need. Private keys appear only as a digest of their public key. */
export interface HostFacts {
  /** Running services by name. */
  readonly processes: ReadonlyMap<string, ProcessFacts>;
  /** By path. */
  readonly files: ReadonlyMap<string, FileFacts>;
  readonly configFiles: ReadonlyMap<ConfigFileName, ConfigFileFacts>;
  /** Size of the API server's audit log. */
  readonly auditLogBytes?: number;
  /** Encryption at rest providers; the first one encrypts new Secrets. */
  readonly encryptionProviders: readonly string[];
  readonly privateKeys: readonly { readonly path: string; readonly publicKey: string }[];
  /** CA certificates that services trust or sign with, by flag. */
  readonly certificateAuthorities: readonly {
    readonly service: string;
    readonly flag: string;
    readonly publicKey: string;
  }[];
  /** Plugin types in the CNI configuration. */
  readonly cniPlugins: readonly string[];
  /** Whether the rules that keep pods from the metadata server are active and unchanged. */
  readonly hasMetadataFirewall: boolean;
}

export interface ProcessFacts {
  readonly user: string;
  /** Seconds since 1970. */
  readonly startedAt: number;
  /** Last value of each flag; `true` for a flag without value. */
  readonly flags: ReadonlyMap<string, string>;
}

export interface FileFacts {
  /** Permission bits. */
  readonly mode: number;
  /** `user:group` */
  readonly owner: string;
}

/** Configuration files of running services that contain no secrets. */
export const configFileNames = ['kubelet', 'scheduler', 'admission', 'audit-policy'] as const;
export type ConfigFileName = (typeof configFileNames)[number];

export interface ConfigFileFacts {
  readonly path: string;
  /** Seconds since 1970. */
  readonly modifiedAt: number;
  /** Parsed YAML; undefined if invalid. */
  readonly content: unknown;
}
