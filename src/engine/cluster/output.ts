import type { z } from 'zod';

/** A typed value that one step finds and later steps read: an address, a fingerprint. Never a secret: those are in the vault. */
export interface Output<T> {
  readonly name: string;
  readonly schema: z.ZodType<T>;
}

export interface OutputValue {
  readonly name: string;
  readonly value: z.core.util.JSONType;
}

export function createOutputValue<T extends z.core.util.JSONType>(output: Output<T>, value: T): OutputValue {
  return { name: output.name, value };
}
