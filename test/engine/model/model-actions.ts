import fc from 'fast-check';

export type UserName = 'ada' | 'grace';

export type ModelAction =
  | {
      readonly kind: 'request';
      readonly user: UserName;
      readonly operation: 'create' | 'scale' | 'resize' | 'rebuild' | 'smoke' | 'doctor' | 'delete';
      readonly workers: number;
      readonly machineType: string;
      readonly fromPhase: string;
      /** Delete: the dialog named the active run. */
      readonly isConfirmed: boolean;
      /** Delete: approvers are configured. */
      readonly requiresApproval: boolean;
    }
  | { readonly kind: 'decide'; readonly user: UserName; readonly approved: boolean }
  | { readonly kind: 'cancel'; readonly user: UserName }
  /** @property runIndex of the run whose button is pressed; undefined: the command */
  | { readonly kind: 'resume'; readonly user: UserName; readonly runIndex: number | undefined }
  | { readonly kind: 'wait'; readonly ms: number }
  /** Limits the CPUs of the project, so that preflight checks fail, or lifts the limit. */
  | { readonly kind: 'quota'; readonly cpus: number }
  /** The next insert fails permanently. */
  | { readonly kind: 'fault' }
  | { readonly kind: 'crash' };

const user = fc.constantFrom<UserName>('ada', 'grace');

const request = fc.record({
  kind: fc.constant('request' as const),
  user,
  operation: fc.constantFrom('create', 'scale', 'scale', 'resize', 'rebuild', 'rebuild', 'smoke', 'doctor', 'delete'),
  workers: fc.integer({ min: 1, max: 3 }),
  machineType: fc.constantFrom('e2-standard-2', 'e2-standard-4', 'e2-standard-4', 'f1-micro'),
  fromPhase: fc.constantFrom('controllers', 'kubelet', 'workers'),
  isConfirmed: fc.boolean(),
  requiresApproval: fc.boolean(),
});
const decision = fc.record({ kind: fc.constant('decide' as const), user, approved: fc.boolean() });
const cancel = fc.record({ kind: fc.constant('cancel' as const), user });
const resume = fc.record({
  kind: fc.constant('resume' as const),
  user,
  runIndex: fc.option(fc.nat({ max: 5 }), { nil: undefined }),
});
const fault = fc.constant<ModelAction>({ kind: 'fault' });
const quota = fc.record({ kind: fc.constant('quota' as const), cpus: fc.constantFrom(1, 500) });
const crash = fc.constant<ModelAction>({ kind: 'crash' });
/** An unfinished step, a few steps, most of a run, a whole run, and the expiry of an approval request. */
const wait = fc.record({
  kind: fc.constant('wait' as const),
  ms: fc.constantFrom(1_000, 8_000, 30_000, 300_000, 31 * 60_000),
});

/** A request that is approved once its plan is known. Single actions seldom get that far. */
const approvedRequest = fc
  .tuple(request, fc.option(fault, { freq: 4, nil: undefined }), user, wait)
  .map(([requested, planned, approver, duration]): readonly ModelAction[] => [
    ...(planned ? [planned] : []),
    requested,
    { kind: 'wait', ms: 8_000 },
    { kind: 'decide', user: approver, approved: true },
    duration,
  ]);

/** A run that is cancelled after it began to change something, and perhaps resumed by the button of some run. */
const interruptedRequest = fc
  .tuple(request, fc.constantFrom(1_000, 4_000, 12_000), fc.option(resume, { nil: undefined }))
  .map(([requested, ms, resumed]): readonly ModelAction[] => [
    requested,
    { kind: 'wait', ms: 8_000 },
    { kind: 'decide', user: 'grace', approved: true },
    { kind: 'wait', ms },
    { kind: 'cancel', user: 'grace' },
    { kind: 'wait', ms: 60_000 },
    ...(resumed ? [resumed] : []),
  ]);

const actions: fc.Arbitrary<readonly ModelAction[]> = fc.oneof(
  { weight: 4, arbitrary: approvedRequest },
  { weight: 5, arbitrary: interruptedRequest },
  ...(
    [
      [4, request],
      [3, wait],
      [3, decision],
      [3, cancel],
      [4, resume],
      [1, fault],
      [1, quota],
      [2, crash],
    ] as const
  ).map(([weight, arbitrary]) => ({ weight, arbitrary: (arbitrary as fc.Arbitrary<ModelAction>).map((one) => [one]) })),
);

const createReady: readonly ModelAction[] = [
  {
    kind: 'request',
    user: 'ada',
    operation: 'create',
    workers: 2,
    machineType: 'e2-standard-2',
    fromPhase: '',
    isConfirmed: false,
    requiresApproval: false,
  },
  { kind: 'wait', ms: 600_000 },
];

/** Actions of two users. Most sequences begin with a ready cluster. */
export const actionSequences: fc.Arbitrary<readonly ModelAction[]> = fc
  .tuple(fc.nat({ max: 3 }), fc.array(actions, { minLength: 3, maxLength: 10 }))
  .map(([start, sequence]) => [...(start === 0 ? [] : createReady), ...sequence.flat()]);
