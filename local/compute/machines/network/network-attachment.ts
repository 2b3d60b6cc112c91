/** A machine's attachment to its network. */
export interface NetworkAttachment {
  readonly name: string;
  readonly address: string;
  /** Gateway of the subnet. */
  readonly gateway: string;
  readonly tags: readonly string[];
  readonly canIpForward: boolean;
  /** Network end of the machine's veth pair. */
  readonly interfaceName: string;
  /** Transit addresses that represent the machine: one for external clients, one for health checks. */
  readonly externalTransitAddress: string;
  readonly healthCheckTransitAddress: string;
}
