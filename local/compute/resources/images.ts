import type { MethodHandler } from '../api/api-call.ts';
import { apiErrors } from '../api/api-error.ts';
import type { JsonObject } from '../api/json.ts';
import { buildLink, toResourcePath } from '../api/links.ts';
import type { ResourceBase } from '../state/entity.ts';
import { getTimestamp } from '../state/identity.ts';
import type { ResourceKind } from './resource-kind.ts';

export interface Image extends ResourceBase {
  readonly family: string;
  readonly diskSizeGb: string;
  readonly status: string;
  readonly licenses: readonly string[];
}

/** One image per family, named as Google's publishers do. Instances always boot the emulator's root file system. */
const publishedImages: Readonly<Record<string, Readonly<Record<string, string>>>> = {
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

const creationTimestamp = getTimestamp();

export const images: ResourceKind<Image> = {
  service: 'Images',
  collection: 'images',
  message: 'Image',
  scope: 'global',
  listPredefined: (project, scope) => (scope === 'global' ? listImages(project.id) : []),
};

/** Both methods for the newest image of a family: the API clients' and gcloud's. */
export const imageFamilyMethods: Readonly<Record<string, MethodHandler>> = {
  'Images.GetFromFamily': (call) => getNewestImage(call.project.id, call.name) as unknown as JsonObject,
  'ImageFamilyViews.Get': (call) => ({ image: getNewestImage(call.project.id, call.name) }) as unknown as JsonObject,
};

/**
 * Resolves a disk's image: `projects/P/global/images/N`, `…/images/family/F`, `…/zones/Z/imageFamilyViews/F`.
 * @throws ApiError 400 for another kind of link, 404 for an unknown image
 */
export function resolveImage(link: string, field: string): Image {
  const path = link.replace(/^https?:\/\/[^/]+\/(compute\/)?(v1|beta|alpha)\//, '');
  const family = /^projects\/([^/]+)\/(?:global\/images\/family|zones\/[^/]+\/imageFamilyViews)\/([^/]+)$/.exec(path);
  if (family !== null) return getNewestImage(family[1] ?? '', family[2] ?? '');
  const image = /^projects\/([^/]+)\/global\/images\/([^/]+)$/.exec(path);
  if (image === null) throw apiErrors.invalidField(field, link, 'The URL is malformed.');
  const found = listImages(image[1] ?? '').find(({ name }) => name === image[2]);
  if (found === undefined) throw apiErrors.notFound(path);
  return found;
}

function getNewestImage(project: string, family: string): Image {
  const found = listImages(project).find((image) => image.family === family);
  if (found === undefined) throw apiErrors.notFound(toResourcePath(buildLink(project, 'global/images/family', family)));
  return found;
}

function listImages(project: string): readonly Image[] {
  return Object.entries((Object.hasOwn(publishedImages, project) && publishedImages[project]) || {}).map(
    ([family, name], at) => ({
      kind: 'compute#image',
      id: String(5_000_000_000_000_000_000n + BigInt(at)),
      creationTimestamp,
      name,
      family,
      architecture: 'X86_64',
      status: 'READY',
      sourceType: 'RAW',
      diskSizeGb: '10',
      archiveSizeBytes: '1073741824',
      licenses: [buildLink(project, 'global/licenses', family)],
      selfLink: buildLink(project, 'global/images', name),
    }),
  );
}
