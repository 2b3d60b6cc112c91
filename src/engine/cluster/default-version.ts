/**
 * What a cluster gets when nobody names a version. Upstream supports 1.36 until 28 June 2027
 * (https://kubernetes.io/releases/1.36/); it runs on containerd 2.3, which is supported until April 2028. Not 1.37: its etcd is
 * the first of a line, and what its programs accept is known from its release notes and not from their source.
 * @see {@link releases}
 */
export const defaultVersion = '1.36.5';

/** What it gets instead where a mirror replaces upstream: the one that our own mirror has. */
export const mirrorVersion = '1.20.2';
