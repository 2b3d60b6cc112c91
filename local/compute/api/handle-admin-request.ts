import { z } from 'zod';
import { ApiError, apiErrors } from './api-error.ts';
import type { FaultInjector } from './fault-injector.ts';
import type { ApiResponse } from './handle-api-request.ts';

/**
 * Handles test endpoints outside the API: `/_kthw/faults` (POST adds, GET lists pending ones, DELETE clears) and
 * `/_kthw/calls` (GET returns request counts by method and path, DELETE resets them).
 */
export function handleAdminRequest(verb: string, target: string, body: string, faults: FaultInjector): ApiResponse {
  switch (`${verb} ${target.split('?', 1)[0]}`) {
    case 'POST /_kthw/faults':
      return { status: 200, body: injectFaults(body, faults) };
    case 'GET /_kthw/faults':
      return { status: 200, body: faults.pendingFaults };
    case 'DELETE /_kthw/faults':
      faults.clearFaults();
      return { status: 200, body: [] };
    case 'GET /_kthw/calls':
      return { status: 200, body: faults.callCounts };
    case 'DELETE /_kthw/calls':
      faults.clearCallCounts();
      return { status: 200, body: {} };
    default:
      throw new ApiError(404, 'notFound', `The emulator has no endpoint ${verb} ${target}.`);
  }
}

function injectFaults(body: string, faults: FaultInjector): object {
  try {
    faults.addFaults(JSON.parse(body));
    return faults.pendingFaults;
  } catch (error) {
    if (error instanceof z.ZodError) throw apiErrors.invalidPayload(z.prettifyError(error));
    if (error instanceof SyntaxError) throw apiErrors.invalidPayload('The body is not JSON.');
    throw error;
  }
}
