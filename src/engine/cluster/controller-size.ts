/** Minimum for etcd and an API server on one idle instance: https://etcd.io/docs/latest/op-guide/hardware/ */
export const minimumControllerSize = { cpus: 1, memoryMb: 2_000 } as const;

/** Smallest machine type with enough resources for a control plane. https://cloud.google.com/compute/docs/general-purpose-machines */
export const recommendedMachineType = 'e2-standard-2';
