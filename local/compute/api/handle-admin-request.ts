import { z } from 'zod';
import { ApiError, apiErrors } from './api-error.ts';
import type { FaultInjector } from './fault-injector.ts';
import type { ApiResponse } from './handle-api-request.ts';

/**
 * What tests ask beside the API: `/_kthw/faults` (POST orders some, GET shows those still to come, DELETE drops them)
 * and `/_kthw/calls` (GET counts requests by method and path, DELETE begins anew).
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
      throw new ApiError(404, 'notFound', `there is no ${verb} ${target}`);
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
