/**
 * Default Kubernetes version. Upstream supports 1.36 until 28 June 2027 (https://kubernetes.io/releases/1.36/), and
 * containerd 2.3 until April 2028. 1.37 is not the default: its etcd is the first of a minor version, and its flags were
 * checked against the release notes only.
 * @see {@link releases}
 */
export const defaultVersion = '1.36.4';

/** Default Kubernetes version with a mirror: the one that the local mirror serves. */
export const mirrorVersion = '1.20.2';
