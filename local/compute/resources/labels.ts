import { apiErrors } from '../api/api-error.ts';
import type { ResourceBase } from '../state/entity.ts';

/** @throws ApiError 400 for a label that Google rejects, e.g. with capital letters */
export function checkLabels(labels: NonNullable<ResourceBase['labels']>, field: string): void {
  if (Object.keys(labels).length > 64) throw apiErrors.invalidField(field, labels, 'At most 64 labels are allowed.');
  for (const [key, value] of Object.entries(labels)) {
    if (!/^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u.test(key))
      throw apiErrors.invalidField(field, key, 'Must be a valid label key.');
    if (!/^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u.test(value))
      throw apiErrors.invalidField(field, value, 'Must be a valid label value.');
  }
}
