import { apiErrors } from '../../api/api-error.ts';
import { getLastSegment } from '../../api/links.ts';
import type { MachineMetadata } from '../../machine-backend.ts';
import { getNatAddress } from '../../state/external-addresses.ts';
import { computeFingerprint } from '../../state/identity.ts';
import type { MetadataItem, Project } from '../../state/project.ts';
import type { Instance, Metadata } from './instances.ts';

/** Normalises metadata. @throws ApiError 400 for an invalid or duplicate key */
export function buildMetadata(items: readonly MetadataItem[]): Metadata & { readonly kind: string } {
  for (const [at, { key, value }] of items.entries()) {
    const field = `metadata.items[${at}].key`;
    if (!/^[\w-]{1,128}$/.test(key ?? ''))
      throw apiErrors.invalidField(field, key ?? '', "Must be a match of regex '[a-zA-Z0-9-_]{1,128}'");
    if (items.findIndex((other) => other.key === key) !== at)
      throw apiErrors.invalidField(field, key, 'Duplicate metadata key.');
    if ((value?.length ?? 0) > 256 * 1024)
      throw apiErrors.invalidField(field, key, 'The metadata value is larger than 256 KB.');
  }
  if (items.reduce((sum, { key, value }) => sum + key.length + (value?.length ?? 0), 0) > 512 * 1024) {
    throw apiErrors.invalidField(
      'metadata.items',
      `${items.length} items`,
      'The total size of all metadata is larger than 512 KB.',
    );
  }
  const kept = items.map(({ key, value }) => ({ key, value: value ?? '' }));
  return {
    kind: 'compute#metadata',
    // gcloud sends the items in another order than other clients.
    fingerprint: computeFingerprint(kept.toSorted((a, b) => (a.key < b.key ? -1 : 1))),
    ...(kept.length === 0 ? {} : { items: kept }),
  };
}

/** Normalises network tags. @throws ApiError 400 for an invalid tag */
export function buildTags(items: readonly string[]): Instance['tags'] {
  for (const [at, tag] of items.entries()) {
    if (!/^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(tag)) {
      throw apiErrors.invalidField(
        `tags.items[${at}]`,
        tag,
        "Must be a match of regex '(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)'",
      );
    }
  }
  return { fingerprint: computeFingerprint(items), ...(items.length === 0 ? {} : { items }) };
}

/** Metadata served to an instance. */
export function buildMachineMetadata(instance: Instance, project: Project): MachineMetadata {
  return {
    project: toRecord(project.metadata),
    instance: toRecord(instance.metadata.items ?? []),
    zone: getLastSegment(instance.zone),
    projectId: project.id,
    externalAddress: getNatAddress(instance),
  };
}

function toRecord(items: readonly MetadataItem[]): Readonly<Record<string, string>> {
  return Object.fromEntries(items.map(({ key, value }) => [key, value]));
}
