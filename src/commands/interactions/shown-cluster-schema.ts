import { z } from 'zod';
import { clusterNameSchema } from '../arguments/cluster-name-schema.ts';
import { runIdSchema } from './run-id-schema.ts';

/** A cluster with its latest run when the button was shown. */
export const shownClusterSchema = z.strictObject({ cluster: clusterNameSchema, run: runIdSchema });
