import type { ClusterSnapshot, InstanceSnapshot } from '../../engine/diagnostics/cluster-snapshot.ts';
import { formatCount } from '../messages/count.ts';
import { stripClusterPrefix } from '../messages/hardening.ts';
import { renderCard } from './card.ts';
import { renderElement } from './element.ts';
import { computeInstanceHealth, type InstanceHealth } from './instance-health.ts';
import { palette } from './palette.ts';
import { renderText } from './text.ts';

const width = 1_200;
const margin = 28;
const gap = 16;
const boxesPerRow = 5;
const boxSize = { width: (width - 2 * margin - (boxesPerRow - 1) * gap) / boxesPerRow, height: 112 } as const;
const loadBalancerLayout = { y: 104, width: 380, height: 58 } as const;
const controllersY = 214;
const maxUnknownLines = 5;

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Map of the load balancer, control plane and worker nodes, with their health, as SVG. Pure. */
export function renderClusterMapSvg(snapshot: ClusterSnapshot): string {
  const controllers = snapshot.instances.filter(({ role }) => role === 'controller');
  const workers = snapshot.instances.filter(({ role }) => role === 'worker');
  const workersY = controllersY + boxSize.height + 62;
  const rows = Math.ceil(workers.length / boxesPerRow);
  const rangesY = workersY + rows * (boxSize.height + gap) + (rows > 0 ? 22 : -30);
  const unknownLines = formatUnknownLines(snapshot);
  const positions = computeRowPositions(controllers.length, controllersY);
  return renderCard(
    width,
    rangesY + 34 + unknownLines.length * 22 + (unknownLines.length > 0 ? 12 : 0),
    ...renderHeading(snapshot),
    ...renderConnections(snapshot, controllers, positions),
    renderLoadBalancer(snapshot),
    ...controllers.map((instance, i) => renderInstanceBox(snapshot.cluster, instance, positions[i] ?? { x: 0, y: 0 })),
    ...(workers.length > 0 ? [renderText(margin, workersY - 18, 'Worker nodes', { size: 16, bold: true })] : []),
    ...workers.map((instance, i) => {
      const row = Math.floor(i / boxesPerRow);
      const rowStart = row * boxesPerRow;
      const [position] = computeRowPositions(
        Math.min(boxesPerRow, workers.length - rowStart),
        workersY + row * (boxSize.height + gap),
      ).slice(i - rowStart);
      return renderInstanceBox(snapshot.cluster, instance, position ?? { x: 0, y: 0 });
    }),
    renderText(margin, rangesY + 8, formatIpRanges(snapshot), { size: 14, fill: palette.faint }),
    ...unknownLines.map((line, i) =>
      renderText(margin, rangesY + 38 + i * 22, line, { size: 14, fill: palette.warn, width: width - 2 * margin }),
    ),
  );
}

/** Alt text of the cluster map. */
export function describeClusterMap({
  cluster,
  instances,
  loadBalancer: { address, backendHealth },
  errors,
}: ClusterSnapshot): string {
  const listByStatus = (status: InstanceHealth['status']) =>
    instances.flatMap((instance) => {
      const health = computeInstanceHealth(instance);
      return health.status === status ? [`${stripClusterPrefix(instance.name, cluster)} (${health.label})`] : [];
    });
  const [unhealthyInstances, unknownInstances] = [listByStatus('bad'), listByStatus('unknown')];
  const leader = instances.find(({ isEtcdLeader }) => isEtcdLeader);
  return [
    `Cluster map of ${cluster}: ${instances.length - unhealthyInstances.length - unknownInstances.length}/${formatCount(instances.length, 'node')} healthy`,
    ...(unhealthyInstances.length > 0 ? [`unhealthy: ${unhealthyInstances.join(', ')}`] : []),
    ...(unknownInstances.length > 0 ? [`unknown: ${unknownInstances.join(', ')}`] : []),
    `load balancer ${address ?? 'without IP address'}: ${formatLoadBalancerHealth(backendHealth)}`,
    `etcd leader ${leader ? stripClusterPrefix(leader.name, cluster) : 'unknown'}`,
    ...(errors.length > 0 ? [`${formatCount(errors.length, 'check')} failed`] : []),
  ].join('; ');
}

function renderHeading({ cluster, spec, at }: ClusterSnapshot): string[] {
  const parts = [
    `Kubernetes ${spec.version}`,
    spec.machineType,
    spec.zone,
    `as of ${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
  ];
  return [
    renderText(margin, 46, cluster, { size: 24, bold: true }),
    renderText(margin, 74, parts.join(' · '), { size: 15, fill: palette.faint }),
  ];
}

function renderLoadBalancer({ loadBalancer: { address, backendHealth } }: ClusterSnapshot): string {
  const x = (width - loadBalancerLayout.width) / 2;
  const middle = width / 2;
  return [
    renderFrame({ x, y: loadBalancerLayout.y }, loadBalancerLayout.width, loadBalancerLayout.height, palette.work),
    renderText(middle, loadBalancerLayout.y + 24, `Load balancer ${address ? `${address}:6443` : ''}`.trimEnd(), {
      anchor: 'middle',
      bold: true,
      size: 15,
    }),
    renderText(middle, loadBalancerLayout.y + 45, formatLoadBalancerHealth(backendHealth), {
      anchor: 'middle',
      size: 13,
      fill: palette.faint,
    }),
  ].join('');
}

function formatLoadBalancerHealth(healthy: ReadonlyMap<string, boolean> | undefined): string {
  if (!healthy) return 'backend health unknown';
  return `${[...healthy.values()].filter(Boolean).length}/${formatCount(healthy.size, 'backend')} healthy`;
}

/** Healthy connections last, so that they are drawn on top of overlapping ones. */
function renderConnections(
  { loadBalancer }: ClusterSnapshot,
  controllers: readonly InstanceSnapshot[],
  positions: readonly Point[],
): string[] {
  return controllers
    .map(({ name }, i) => ({
      healthy: loadBalancer.backendHealth?.get(name),
      position: positions[i] ?? { x: 0, y: 0 },
    }))
    .toSorted((a, b) => Number(a.healthy ?? false) - Number(b.healthy ?? false))
    .map(({ healthy, position }) => renderConnection(position, healthy));
}

/** Solid: healthy. Dashed: unhealthy. Dotted: unknown. */
function renderConnection({ x, y }: Point, healthy: boolean | undefined): string {
  const [from, to] = [loadBalancerLayout.y + loadBalancerLayout.height, x + boxSize.width / 2];
  const midY = (from + y) / 2;
  return renderElement('path', {
    d: `M${width / 2} ${from}V${midY}H${to}V${y}`,
    fill: 'none',
    'stroke-width': 2.5,
    stroke: healthy === undefined ? palette.faint : healthy ? palette.good : palette.bad,
    'stroke-dasharray': healthy === undefined ? '2 5' : healthy ? undefined : '9 6',
  });
}

function renderInstanceBox(cluster: string, instance: InstanceSnapshot, { x, y }: Point): string {
  const { name, address, externalAddress, podCidr, isEtcdLeader } = instance;
  const health = computeInstanceHealth(instance);
  const colour = { good: palette.good, bad: palette.bad, unknown: palette.warn }[health.status];
  const widthLimit = { width: boxSize.width - 28 };
  const mutedStyle = { size: 13, fill: palette.faint, ...widthLimit };
  return [
    renderFrame({ x, y }, boxSize.width, boxSize.height, colour),
    renderText(x + 14, y + 26, stripClusterPrefix(name, cluster), { bold: true, size: 15, ...widthLimit }),
    renderText(x + 14, y + 47, externalAddress ? `${address} · ${externalAddress}` : address, {
      ...mutedStyle,
      size: 12,
    }),
    renderText(
      x + 14,
      y + 67,
      formatRoleDetail(podCidr, isEtcdLeader),
      isEtcdLeader ? { ...mutedStyle, fill: palette.critical, bold: true } : mutedStyle,
    ),
    renderHealthMark(health.status, x + 22, y + 90, colour),
    renderText(x + 38, y + 95, health.label, { size: 13, bold: true, fill: colour, width: boxSize.width - 50 }),
  ].join('');
}

function formatRoleDetail(podCidr: string | undefined, isLeader: boolean | undefined): string {
  if (podCidr) return `pods ${podCidr}`;
  if (isLeader === undefined) return 'etcd status unknown';
  return isLeader ? '★ etcd leader' : 'etcd member';
}

function renderHealthMark(status: InstanceHealth['status'], x: number, y: number, colour: string): string {
  const strokeStyle = { fill: 'none', stroke: colour, 'stroke-width': 2.6, 'stroke-linecap': 'round' };
  if (status === 'good') return renderElement('path', { d: `M${x - 6} ${y}l4 5l8 -10`, ...strokeStyle });
  if (status === 'bad') return renderElement('path', { d: `M${x - 5} ${y - 5}l10 10m0 -10l-10 10`, ...strokeStyle });
  return renderText(x, y + 6, '?', { anchor: 'middle', bold: true, size: 17, fill: colour });
}

function renderFrame({ x, y }: Point, w: number, height: number, colour: string): string {
  return renderElement('rect', {
    x,
    y,
    width: w,
    height,
    rx: 10,
    fill: palette.stripe,
    stroke: colour,
    'stroke-width': 2,
  });
}

/** Top left corners of `count` boxes, centred in a row. */
function computeRowPositions(count: number, y: number): Point[] {
  const totalWidth = count * boxSize.width + (count - 1) * gap;
  return Array.from({ length: count }, (_, i) => ({ x: (width - totalWidth) / 2 + i * (boxSize.width + gap), y }));
}

function formatIpRanges({ spec }: ClusterSnapshot): string {
  return `nodes ${spec.subnet} · pods ${spec.podCidr} · services ${spec.serviceCidr}`;
}

function formatUnknownLines({ errors }: ClusterSnapshot): string[] {
  const visibleLines = errors.slice(0, maxUnknownLines).map((line) => `Not checked: ${line}`);
  return errors.length > maxUnknownLines
    ? [...visibleLines, `… and ${errors.length - maxUnknownLines} more not checked`]
    : visibleLines;
}
