import type { MachineSight, Sight } from '../../engine/diagnostics/cluster-snapshot.ts';
import { type Health, healthOf } from './instance-health.ts';
import { palette } from './palette.ts';
import { card, element, text } from './svg.ts';

const width = 1_200;
const margin = 28;
const gap = 16;
const inRow = 5;
const box = { width: (width - 2 * margin - (inRow - 1) * gap) / inRow, height: 112 } as const;
const balancer = { y: 104, width: 380, height: 58 } as const;
const controllersY = 214;
const mostUnseen = 5;

interface Place {
  readonly x: number;
  readonly y: number;
}

/** The cluster as it was found, as SVG. Pure. */
export function clusterSvg(sight: Sight): string {
  const controllers = sight.machines.filter(({ role }) => role === 'controller');
  const workers = sight.machines.filter(({ role }) => role === 'worker');
  const workersY = controllersY + box.height + 62;
  const rows = Math.ceil(workers.length / inRow);
  const rangesY = workersY + rows * (box.height + gap) + (rows > 0 ? 22 : -30);
  const unseen = unseenLines(sight);
  const places = placed(controllers.length, controllersY);
  return card(
    width,
    rangesY + 34 + unseen.length * 22 + (unseen.length > 0 ? 12 : 0),
    ...heading(sight),
    ...roads(sight, controllers, places),
    balancerBox(sight),
    ...controllers.map((machine, i) => machineBox(sight.cluster, machine, places[i] ?? { x: 0, y: 0 })),
    ...(workers.length > 0 ? [text(margin, workersY - 18, 'Workers', { size: 16, bold: true })] : []),
    ...workers.map((machine, i) => {
      const row = Math.floor(i / inRow);
      const before = row * inRow;
      const [place] = placed(Math.min(inRow, workers.length - before), workersY + row * (box.height + gap)).slice(
        i - before,
      );
      return machineBox(sight.cluster, machine, place ?? { x: 0, y: 0 });
    }),
    text(margin, rangesY + 8, ranges(sight), { size: 14, fill: palette.faint }),
    ...unseen.map((line, i) =>
      text(margin, rangesY + 38 + i * 22, line, { size: 14, fill: palette.warn, width: width - 2 * margin }),
    ),
  );
}

/** The same for those who don't see it. */
export function clusterWords({ cluster, machines, balancer: { address, healthy }, unseen }: Sight): string {
  const named = (is: Health['is']) =>
    machines.flatMap((machine) => {
      const health = healthOf(machine);
      return health.is === is ? [`${short(machine.name, cluster)} (${health.words})`] : [];
    });
  const [ill, unknown] = [named('bad'), named('unknown')];
  const leader = machines.find(({ leads }) => leads);
  return [
    `Picture of ${cluster}: ${machines.length - ill.length - unknown.length} of ${machines.length} machines are well`,
    ...(ill.length > 0 ? [`not well: ${ill.join(', ')}`] : []),
    ...(unknown.length > 0 ? [`not known: ${unknown.join(', ')}`] : []),
    `load balancer ${address ?? 'without an address'} ${balancerWords(healthy)}`,
    leader ? `etcd is led by ${short(leader.name, cluster)}` : 'etcd’s leader was not seen',
    ...(unseen.length > 0 ? [`${unseen.length} things could not be looked at`] : []),
  ].join('; ');
}

function heading({ cluster, spec, at }: Sight): string[] {
  const said = [
    `Kubernetes ${spec.version}`,
    spec.machineType,
    spec.zone,
    `seen ${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
  ];
  return [
    text(margin, 46, cluster, { size: 24, bold: true }),
    text(margin, 74, said.join(' · '), { size: 15, fill: palette.faint }),
  ];
}

function balancerBox({ balancer: { address, healthy } }: Sight): string {
  const x = (width - balancer.width) / 2;
  const middle = width / 2;
  return [
    frame({ x, y: balancer.y }, balancer.width, balancer.height, palette.work),
    text(middle, balancer.y + 24, `Load balancer ${address ? `${address}:6443` : ''}`.trimEnd(), {
      anchor: 'middle',
      bold: true,
      size: 15,
    }),
    text(middle, balancer.y + 45, balancerWords(healthy), { anchor: 'middle', size: 13, fill: palette.faint }),
  ].join('');
}

function balancerWords(healthy: ReadonlyMap<string, boolean> | undefined): string {
  if (!healthy) return 'health not seen';
  return `sends to ${[...healthy.values()].filter(Boolean).length} of ${healthy.size} controllers`;
}

/** Those that carry something last, so that they lie above the others where they run together. */
function roads({ balancer }: Sight, controllers: readonly MachineSight[], places: readonly Place[]): string[] {
  return controllers
    .map(({ name }, i) => ({ healthy: balancer.healthy?.get(name), place: places[i] ?? { x: 0, y: 0 } }))
    .toSorted((a, b) => Number(a.healthy ?? false) - Number(b.healthy ?? false))
    .map(({ healthy, place }) => road(place, healthy));
}

/** Dashed where nothing goes, dotted where nobody knows. */
function road({ x, y }: Place, healthy: boolean | undefined): string {
  const [from, to] = [balancer.y + balancer.height, x + box.width / 2];
  const bend = (from + y) / 2;
  return element('path', {
    d: `M${width / 2} ${from}V${bend}H${to}V${y}`,
    ...{ fill: 'none', 'stroke-width': 2.5 },
    stroke: healthy === undefined ? palette.faint : healthy ? palette.good : palette.bad,
    'stroke-dasharray': healthy === undefined ? '2 5' : healthy ? undefined : '9 6',
  });
}

function machineBox(cluster: string, machine: MachineSight, { x, y }: Place): string {
  const { name, address, externalAddress, podCidr, leads } = machine;
  const health = healthOf(machine);
  const colour = { good: palette.good, bad: palette.bad, unknown: palette.warn }[health.is];
  const inner = { width: box.width - 28 };
  const faint = { size: 13, fill: palette.faint, ...inner };
  return [
    frame({ x, y }, box.width, box.height, colour),
    text(x + 14, y + 26, short(name, cluster), { bold: true, size: 15, ...inner }),
    text(x + 14, y + 47, externalAddress ? `${address} · ${externalAddress}` : address, { ...faint, size: 12 }),
    text(x + 14, y + 67, secondLine(podCidr, leads), leads ? { ...faint, fill: palette.critical, bold: true } : faint),
    mark(health.is, x + 22, y + 90, colour),
    text(x + 38, y + 95, health.words, { size: 13, bold: true, fill: colour, width: box.width - 50 }),
  ].join('');
}

function secondLine(podCidr: string | undefined, leads: boolean | undefined): string {
  if (podCidr) return `pods ${podCidr}`;
  if (leads === undefined) return 'etcd not seen';
  return leads ? '★ leads etcd' : 'etcd member';
}

function mark(is: Health['is'], x: number, y: number, colour: string): string {
  const line = { fill: 'none', stroke: colour, 'stroke-width': 2.6, 'stroke-linecap': 'round' };
  if (is === 'good') return element('path', { d: `M${x - 6} ${y}l4 5l8 -10`, ...line });
  if (is === 'bad') return element('path', { d: `M${x - 5} ${y - 5}l10 10m0 -10l-10 10`, ...line });
  return text(x, y + 6, '?', { anchor: 'middle', bold: true, size: 17, fill: colour });
}

function frame({ x, y }: Place, w: number, height: number, colour: string): string {
  return element('rect', { x, y, width: w, height, rx: 10, fill: palette.stripe, stroke: colour, 'stroke-width': 2 });
}

/** So many boxes side by side, in the middle. */
function placed(count: number, y: number): Place[] {
  const all = count * box.width + (count - 1) * gap;
  return Array.from({ length: count }, (_, i) => ({ x: (width - all) / 2 + i * (box.width + gap), y }));
}

function ranges({ spec }: Sight): string {
  return `machines ${spec.subnet} · pods ${spec.podCidr} · services ${spec.serviceCidr}`;
}

function unseenLines({ unseen }: Sight): string[] {
  const shown = unseen.slice(0, mostUnseen).map((line) => `Not seen: ${line}`);
  return unseen.length > mostUnseen ? [...shown, `… and ${unseen.length - mostUnseen} more not seen`] : shown;
}

function short(machine: string, cluster: string): string {
  return machine.startsWith(`${cluster}-`) ? machine.slice(cluster.length + 1) : machine;
}
