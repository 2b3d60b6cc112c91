/** A machine as its network sees it. */
export interface NetworkAttachment {
  readonly name: string;
  readonly address: string;
  /** The gateway of its subnet. */
  readonly gateway: string;
  readonly tags: readonly string[];
  readonly canIpForward: boolean;
  /** The network's end of the pair that leads to it. */
  readonly interfaceName: string;
  /** Addresses between network and host that stand for the machine: for outsiders, and for health checks. */
  readonly externalTransitAddress: string;
  readonly healthCheckTransitAddress: string;
}
