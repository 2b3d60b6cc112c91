import { z } from 'zod';
import { ApiError, refuse } from './api-error.ts';
import type { Faults } from './fault-injector.ts';
import type { Answer } from './handle-api-request.ts';

/**
 * What tests ask beside the API: `/_kthw/faults` (POST orders some, GET shows those still to come, DELETE drops them)
 * and `/_kthw/calls` (GET counts requests by method and path, DELETE begins anew).
 */
export function admin(verb: string, target: string, body: string, faults: Faults): Answer {
  switch (`${verb} ${target.split('?', 1)[0]}`) {
    case 'POST /_kthw/faults':
      return { status: 200, body: order(body, faults) };
    case 'GET /_kthw/faults':
      return { status: 200, body: faults.waiting };
    case 'DELETE /_kthw/faults':
      faults.clear();
      return { status: 200, body: [] };
    case 'GET /_kthw/calls':
      return { status: 200, body: faults.calls };
    case 'DELETE /_kthw/calls':
      faults.clearCalls();
      return { status: 200, body: {} };
    default:
      throw new ApiError(404, 'notFound', `there is no ${verb} ${target}`);
  }
}

function order(body: string, faults: Faults): object {
  try {
    faults.order(JSON.parse(body));
    return faults.waiting;
  } catch (error) {
    if (error instanceof z.ZodError) throw refuse.payload(z.prettifyError(error));
    if (error instanceof SyntaxError) throw refuse.payload('The body is not JSON.');
    throw error;
  }
}
