import type { ExternalAddressSpec, HealthCheckSpec } from '../../machine-backend.ts';
import { HealthProbe } from './health-probe.ts';

export type LoadBalancerSpec = Extract<ExternalAddressSpec, { kind: 'balancer' }>;

/** A member of a balancer that is running. */
export interface LoadBalancerMember {
  readonly address: string;
  readonly healthCheckTransitAddress: string;
}

/** Which members of a network's balancers get connections, as the health checks see it. */
export class LoadBalancers {
  readonly #onHealthChange: () => void;
  #probes = new Map<string, HealthProbe>();

  constructor(onHealthChange: () => void) {
    this.#onHealthChange = onHealthChange;
  }

  /** Checks exactly these members from now on; what is known of one that was checked the same way before stays known. */
  reconcile(
    specs: readonly LoadBalancerSpec[],
    listMembers: (spec: LoadBalancerSpec) => readonly LoadBalancerMember[],
  ): void {
    const kept = new Map<string, HealthProbe>();
    for (const spec of specs) {
      if (spec.healthCheck === undefined) continue;
      for (const member of listMembers(spec)) {
        const key = buildProbeKey(spec.address, member.address, spec.healthCheck);
        const existing = this.#probes.get(key);
        kept.set(
          key,
          existing ??
            new HealthProbe(spec.healthCheck, member.healthCheckTransitAddress, spec.address, this.#onHealthChange),
        );
      }
    }
    for (const [key, probe] of this.#probes) if (!kept.has(key)) probe.stop();
    this.#probes = kept;
  }

  isHealthy(spec: LoadBalancerSpec, member: string): boolean {
    return (
      spec.healthCheck === undefined ||
      (this.#probes.get(buildProbeKey(spec.address, member, spec.healthCheck))?.healthy ?? false)
    );
  }

  /** The members that get new connections: the healthy ones; when there is none, all of them, as Google's target pools do. */
  listReceivers(spec: LoadBalancerSpec, members: readonly LoadBalancerMember[]): readonly string[] {
    const healthy = members.filter((member) => this.isHealthy(spec, member.address));
    return (healthy.length > 0 ? healthy : members).map((member) => member.address);
  }

  close(): void {
    for (const probe of this.#probes.values()) probe.stop();
    this.#probes.clear();
  }
}

function buildProbeKey(balancer: string, member: string, spec: HealthCheckSpec): string {
  return JSON.stringify([balancer, member, spec]);
}
