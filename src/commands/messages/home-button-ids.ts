/** Action ids of Home tab buttons. The Home tab has no channel, so their values carry the cluster's. */
export const homeButtonIds = {
  create: 'home.create',
  status: 'home.status',
  kubeconfig: 'home.kubeconfig',
  delete: 'home.delete',
} as const;
