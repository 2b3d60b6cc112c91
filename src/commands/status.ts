import { z } from 'zod';
import { clusterOf } from '../engine/cluster/cluster.ts';
import { externalAddress } from '../engine/cluster/outputs.ts';
import type { ClusterStatus, Desk } from '../engine/service/cluster-service-types.ts';
import { clusterName } from './arguments/cluster-name-schema.ts';
import { clusterPicture } from './charts/cluster-map-chart.ts';
import { approvals } from './interactions/approval-buttons.ts';
import { pauseIds } from './interactions/pause-buttons.ts';
import { waiting } from './messages/approval-request.ts';
import { pauseWaits } from './messages/chapter-pause.ts';
import { unknownCluster } from './messages/command-replies.ts';
import { status as statusMessage } from './messages/status.ts';
import { defineCommand } from './routing/define-command.ts';
import type { Picture } from './slack/chat.ts';

export const status = defineCommand({
  name: 'status',
  usage: 'NAME',
  help: 'shows one cluster, how far its newest run is, and a picture of its machines',
  examples: ['/kthw status demo'],
  needs: 'look',
  places: ['name'],
  args: () => z.strictObject({ name: clusterName }),
  run: async ({ args }, { desk, policy }) => {
    const found = await desk.status(args.name);
    if (!found) return { shown: unknownCluster(args.name) };
    const asked = found.latest && !found.latest.over ? await desk.approval(found.latest.run) : undefined;
    const ids = { yes: approvals.yes.id, no: approvals.no.id };
    const asks = asked ? waiting(asked, policy, ids) : found.latest ? pauseWaits(found.latest, pauseIds) : [];
    if (!hasMachines(found)) return { shown: statusMessage(found, asks) };
    return { shown: statusMessage(found, asks, true), picture: () => pictureOf(args.name, desk) };
  },
});

/** At least one was made. Without any there is nothing to look at. */
function hasMachines({ record, latest }: ClusterStatus): boolean {
  const facts = { ...record.facts, ...latest?.facts };
  return clusterOf(record.spec).machines.some((machine) => facts[externalAddress(machine).name] !== undefined);
}

async function pictureOf(name: string, desk: Desk): Promise<Picture | undefined> {
  const sight = await desk.sight(name);
  return 'unknown' in sight ? undefined : await clusterPicture(sight);
}
