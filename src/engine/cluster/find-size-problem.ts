import { minimumControllerSize, recommendedMachineType } from './controller-size.ts';

/** CPUs and memory of a machine type. */
interface MachineSize {
  readonly cpus: number;
  readonly sharedCpu: boolean;
  readonly memoryMb: number;
}

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
