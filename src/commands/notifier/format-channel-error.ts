const errorTexts: Readonly<Record<string, string>> = {
  not_in_channel: 'the app is not in that channel; `/invite` it for the next run',
  channel_not_found: 'the app can’t see that channel; `/invite` it for the next run',
  is_archived: 'that channel is archived',
  messages_tab_disabled: 'the app’s Messages tab is disabled in this workspace',
  missing_scope: 'the app is missing a scope; an administrator must reinstall it',
  kubeconfig_not_ready: 'the cluster is not ready',
  kubeconfig_not_authorized: 'Slack did not return the data to authorize it',
  kubeconfig_ended: 'the kubeconfig was revoked before it was sent',
  kubeconfig_not_made: 'the kubeconfig could not be issued',
};

/** @param reason error code of Slack, or one of ours */
export function formatChannelError(reason: string): string {
  return (Object.hasOwn(errorTexts, reason) ? errorTexts[reason] : undefined) ?? `Slack error ${reason}`;
}
