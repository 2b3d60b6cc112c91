/** An error response of Compute Engine: https://cloud.google.com/compute/docs/api/errors */
export function buildErrorResponse(status: number, reason: string, message = `Request rejected: ${reason}.`): object {
  return { status, body: { error: { code: status, message, errors: [{ domain: 'global', reason, message }] } } };
}

/** A failed operation. */
export function buildOperationError(code: string, message: string): object {
  return { code, message };
}

/** The firewall rule for external access as kthw creates it, or with other protocols and ports. */
export function buildFirewall(cluster: string, allow?: readonly string[]): object {
  const allowed = allow
    ? allow.map((IPProtocol) => ({ IPProtocol }))
    : [{ IPProtocol: 'tcp', ports: ['6443'] }, { IPProtocol: 'icmp' }];
  return {
    name: `${cluster}-allow-external`,
    network: `global/networks/${cluster}`,
    description: `kthw cluster ${cluster}`,
    sourceRanges: ['0.0.0.0/0'],
    allowed,
  };
}
