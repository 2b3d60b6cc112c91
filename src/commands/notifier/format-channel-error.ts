const errorTexts: Readonly<Record<string, string>> = {
  not_in_channel: 'I am not in that channel; `/invite` me and the next run goes there',
  channel_not_found: 'I can’t see that channel; `/invite` me and the next run goes there',
  is_archived: 'that channel is archived',
  messages_tab_disabled: 'direct messages with me are switched off in this workspace',
  missing_scope: 'I lack a permission; an administrator can install me again',
  kubeconfig_not_ready: 'the cluster is not ready',
  kubeconfig_not_made: 'it could not be made',
};

/** Slack's word, or ours, for why something can't be delivered, as a person reads it. */
export function formatChannelError(reason: string): string {
  return errorTexts[reason] ?? `Slack says ${reason}`;
}
