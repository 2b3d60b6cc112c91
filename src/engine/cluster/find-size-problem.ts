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

/** Why instances can't boot: their image is for x86. Undefined: they can, or the architecture is unknown. */
export function findArchitectureProblem(
  name: string,
  { architecture = '' }: { readonly architecture?: string },
): string | undefined {
  if (architecture === '' || architecture === 'X86_64') return undefined;
  return `${name} has the architecture ${architecture}, and kthw installs x86 images; choose another machine type, such as ${recommendedMachineType}`;
}
