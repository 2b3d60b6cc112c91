import type { ApiCall } from '../api/api-call.ts';
import { ApiError } from '../api/api-error.ts';
import type { Entity, ResourceBase } from '../state/entity.ts';
import { computeFingerprint } from '../state/identity.ts';
import type { Operation } from '../state/operations.ts';
import { checkLabels } from './labels.ts';
import { startChange } from './write-methods.ts';

/** Replaces a resource's labels. @throws ApiError 412 when the fingerprint is outdated */
export function setLabels(call: ApiCall, entity: Entity): Operation {
  const { labels = {}, labelFingerprint } = call.body as {
    labels?: NonNullable<ResourceBase['labels']>;
    labelFingerprint?: string;
  };
  if (labelFingerprint !== entity.resource.labelFingerprint) {
    throw new ApiError(412, 'conditionNotMet', 'Labels fingerprint either invalid or resource labels have changed');
  }
  checkLabels(labels, 'labels');
  return startChange(call, entity, 'setLabels', () => {
    entity.resource.labels = labels;
    entity.resource.labelFingerprint = computeFingerprint(labels);
  });
}
