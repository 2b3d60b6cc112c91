import type { Call } from '../api/api-call.ts';
import { ApiError } from '../api/api-error.ts';
import type { Base, Entity } from '../state/entity.ts';
import { fingerprint } from '../state/identity.ts';
import type { Operation } from '../state/operations.ts';
import { checkLabels } from './labels.ts';
import { change } from './write-methods.ts';

/** Replaces a resource's labels. @throws ApiError 412 unless the fingerprint is the one that was last shown */
export function setLabels(call: Call, entity: Entity): Operation {
  const { labels = {}, labelFingerprint } = call.body as {
    labels?: NonNullable<Base['labels']>;
    labelFingerprint?: string;
  };
  if (labelFingerprint !== entity.resource.labelFingerprint) {
    throw new ApiError(412, 'conditionNotMet', 'Labels fingerprint either invalid or resource labels have changed');
  }
  checkLabels(labels, 'labels');
  return change(call, entity, 'setLabels', () => {
    entity.resource.labels = labels;
    entity.resource.labelFingerprint = fingerprint(labels);
  });
}
