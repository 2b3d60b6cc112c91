/** What a person can ask for: which way it walks the phases, and which running operation it may take the cluster from. */
export const operations = {
  create: { walks: 'forward', only: undefined, takesOver: [] },
  smoke: { walks: 'forward', only: ['smoke'], takesOver: [] },
  /** Takes down what a phase and those after it made, after an approval, then walks forward. */
  rebuild: { walks: 'both', only: undefined, takesOver: ['create', 'smoke', 'scale', 'resize'] },
  /** Takes down what the cluster is to have no more, after an approval, then walks forward. */
  scale: { walks: 'both', only: undefined, takesOver: [] },
  /** Restarts each machine as another machine type, after an approval, then walks forward. */
  resize: { walks: 'restarted', only: undefined, takesOver: ['smoke'] },
  delete: { walks: 'backward', only: undefined, takesOver: ['create', 'smoke', 'rebuild', 'scale', 'resize'] },
} as const satisfies Record<
  string,
  {
    walks: 'forward' | 'backward' | 'both' | 'restarted';
    only: readonly string[] | undefined;
    takesOver: readonly string[];
  }
>;
export type OperationName = keyof typeof operations;

export function isOperation(name: string): name is OperationName {
  return Object.hasOwn(operations, name);
}

export function mayTakeOver(asked: OperationName, running: OperationName): boolean {
  return (operations[asked].takesOver as readonly string[]).includes(running);
}
