/** What a person can ask for: which way it walks the phases, and which running operation it may take the cluster from. */
export const operations = {
  create: { direction: 'forward', onlyPhases: undefined, preempts: [] },
  smoke: { direction: 'forward', onlyPhases: ['smoke'], preempts: [] },
  /** Takes down what a phase and those after it made, after an approval, then walks forward. */
  rebuild: { direction: 'both', onlyPhases: undefined, preempts: ['create', 'smoke', 'scale', 'resize'] },
  /** Takes down what the cluster is to have no more, after an approval, then walks forward. */
  scale: { direction: 'both', onlyPhases: undefined, preempts: [] },
  /** Restarts each machine as another machine type, after an approval, then walks forward. */
  resize: { direction: 'restarted', onlyPhases: undefined, preempts: ['smoke'] },
  delete: { direction: 'backward', onlyPhases: undefined, preempts: ['create', 'smoke', 'rebuild', 'scale', 'resize'] },
} as const satisfies Record<
  string,
  {
    direction: 'forward' | 'backward' | 'both' | 'restarted';
    onlyPhases: readonly string[] | undefined;
    preempts: readonly string[];
  }
>;
export type OperationName = keyof typeof operations;

export function isOperation(name: string): name is OperationName {
  return Object.hasOwn(operations, name);
}

export function canPreempt(requested: OperationName, running: OperationName): boolean {
  return (operations[requested].preempts as readonly string[]).includes(running);
}
