interface OperationLabels {
  /** As in "approval required: create demo" and "create failed". */
  readonly noun: string;
  readonly inProgress: string;
  readonly completed: string;
}

const operationLabels: Readonly<Record<string, OperationLabels>> = {
  create: { noun: 'create', inProgress: 'creating', completed: 'ready' },
  delete: { noun: 'delete', inProgress: 'deleting', completed: 'deleted' },
  smoke: { noun: 'smoke test', inProgress: 'running smoke test', completed: 'smoke test passed' },
  rebuild: { noun: 'rebuild', inProgress: 'rebuilding', completed: 'rebuilt' },
  scale: { noun: 'scale', inProgress: 'scaling', completed: 'scaled' },
  resize: { noun: 'resize', inProgress: 'resizing', completed: 'resized' },
};

/** Labels of an operation. An unknown operation is shown by its name. */
export function getOperationLabels(operation: string): OperationLabels {
  const labels = Object.hasOwn(operationLabels, operation) ? operationLabels[operation] : undefined;
  return labels ?? { noun: operation, inProgress: operation, completed: `${operation} completed` };
}

export function capitalize(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
