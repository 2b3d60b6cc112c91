import type { Handler } from '../api/api-call.ts';
import { refuse } from '../api/api-error.ts';
import type { JsonObject } from '../api/json.ts';
import { linkTo, pathOf } from '../api/links.ts';
import type { Base } from '../state/entity.ts';
import { timestamp } from '../state/identity.ts';
import type { Kind } from './resource-kind.ts';

export interface Image extends Base {
  readonly family: string;
  readonly diskSizeGb: string;
  readonly status: string;
  readonly licenses: readonly string[];
}

/** One image a family; the name as Google's publishers form it. What really boots is the machines' own root. */
const published: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'debian-cloud': {
    'debian-10': 'debian-10-buster-v20240516',
    'debian-11': 'debian-11-bullseye-v20251014',
    'debian-12': 'debian-12-bookworm-v20251014',
    'debian-13': 'debian-13-trixie-v20251014',
  },
  'ubuntu-os-cloud': {
    'ubuntu-1804-lts': 'ubuntu-1804-bionic-v20230510',
    'ubuntu-2204-lts': 'ubuntu-2204-jammy-v20251021',
    'ubuntu-2404-lts-amd64': 'ubuntu-2404-noble-amd64-v20251021',
  },
  'ubuntu-os-pro-cloud': {
    'ubuntu-pro-2004-lts': 'ubuntu-pro-2004-focal-v20260414',
  },
};

const since = timestamp();

export const images: Kind<Image> = {
  service: 'Images',
  collection: 'images',
  message: 'Image',
  scope: 'global',
  catalogue: (project, scope) => (scope === 'global' ? imagesOf(project.id) : []),
};

/** The two ways to ask for a family's newest image: the API clients' and gcloud's. */
export const imageFamilies: Readonly<Record<string, Handler>> = {
  'Images.GetFromFamily': (call) => newestOf(call.project.id, call.name) as unknown as JsonObject,
  'ImageFamilyViews.Get': (call) => ({ image: newestOf(call.project.id, call.name) }) as unknown as JsonObject,
};

/**
 * The image that a disk asks for: `projects/P/global/images/N`, `…/images/family/F`, `…/zones/Z/imageFamilyViews/F`.
 * @throws ApiError 400 for another kind of link, 404 where there is no such image
 */
export function readImage(link: string, field: string): Image {
  const path = link.replace(/^https?:\/\/[^/]+\/(compute\/)?(v1|beta|alpha)\//, '');
  const family = /^projects\/([^/]+)\/(?:global\/images\/family|zones\/[^/]+\/imageFamilyViews)\/([^/]+)$/.exec(path);
  if (family !== null) return newestOf(family[1] ?? '', family[2] ?? '');
  const image = /^projects\/([^/]+)\/global\/images\/([^/]+)$/.exec(path);
  if (image === null) throw refuse.field(field, link, 'The URL is malformed.');
  const found = imagesOf(image[1] ?? '').find(({ name }) => name === image[2]);
  if (found === undefined) throw refuse.notFound(path);
  return found;
}

function newestOf(project: string, family: string): Image {
  const found = imagesOf(project).find((image) => image.family === family);
  if (found === undefined) throw refuse.notFound(pathOf(linkTo(project, 'global/images/family', family)));
  return found;
}

function imagesOf(project: string): readonly Image[] {
  return Object.entries(published[project] ?? {}).map(([family, name], at) => ({
    kind: 'compute#image',
    id: String(5_000_000_000_000_000_000n + BigInt(at)),
    creationTimestamp: since,
    name,
    family,
    architecture: 'X86_64',
    status: 'READY',
    sourceType: 'RAW',
    diskSizeGb: '10',
    archiveSizeBytes: '1073741824',
    licenses: [linkTo(project, 'global/licenses', family)],
    selfLink: linkTo(project, 'global/images', name),
  }));
}
