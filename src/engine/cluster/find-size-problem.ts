/** CPUs and memory of a machine type. */
interface MachineSize {
  readonly cpus: number;
  readonly sharedCpu: boolean;
  readonly memoryMb: number;
}

/** Minimum for etcd and an API server on one idle instance: https://etcd.io/docs/latest/op-guide/hardware/ */
export const minimumControllerSize = { cpus: 1, memoryMb: 2_000 } as const;

/** Smallest machine type with enough resources for a control plane. https://cloud.google.com/compute/docs/general-purpose-machines */
export const recommendedMachineType = 'e2-standard-2';

/** What a machine type lacks for a control plane node. Empty: it is large enough. */
export function findShortfalls(type: MachineSize): string[] {
  const { cpus, memoryMb } = minimumControllerSize;
  return [
    ...(type.cpus < cpus || type.sharedCpu ? [`shared-core CPU (${cpus} full vCPU required)`] : []),
    ...(type.memoryMb < memoryMb ? [`${type.memoryMb} MB memory (${memoryMb} MB required)`] : []),
  ];
}

/** Why a machine type is too small for a control plane node; undefined: it is large enough. */
export function findSizeProblem(name: string, type: MachineSize): string | undefined {
  const shortfalls = findShortfalls(type);
  if (shortfalls.length === 0) return undefined;
  return `${name} is too small for etcd and the API server (${shortfalls.join(', ')}): etcd is unstable on it even when idle; choose ${recommendedMachineType} or larger, or allow it with --force-size`;
}
