import type { InspectionAccess } from '../../engine/diagnostics/inspect-instances.ts';
import type { CommandDeps, CommandRequest } from '../routing/command.ts';

/** SSH opens a firewall rule and writes a key to metadata, so a person who can't change clusters gets no SSH. */
export async function getInspectionAccess(
  { requester, channel }: Pick<CommandRequest<unknown>, 'requester' | 'channel'>,
  { authorize }: Pick<CommandDeps, 'authorize'>,
): Promise<InspectionAccess> {
  return (await authorize(requester, channel, 'create')) ? 'api' : 'ssh';
}
