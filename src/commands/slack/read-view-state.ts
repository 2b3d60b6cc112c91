import type { ViewOutput, ViewStateValue } from '@slack/bolt';
import type { ModalInput } from '../routing/command.ts';

/** Reads field values by block id. Each of our blocks has one field. */
export function readViewState(values: ViewOutput['state']['values']): ModalInput {
  return Object.fromEntries(
    Object.entries(values).map(([block, fields]) => [block, getFieldValue(Object.values(fields)[0])]),
  );
}

function getFieldValue(field: ViewStateValue | undefined): string {
  if (!field) return '';
  if (field.selected_options) return field.selected_options.map(({ value }) => value).join(',');
  return field.value ?? field.selected_option?.value ?? field.selected_conversation ?? '';
}
