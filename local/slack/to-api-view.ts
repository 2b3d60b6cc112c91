import type { View, ViewValues } from './model/view.ts';
import type { Team } from './team.ts';

/**
 * Converts a view to the format of Slack's API and payloads.
 * @param values the user's current input
 */
export function toApiView(team: Team, view: View, values: ViewValues = {}): Record<string, unknown> {
  return {
    id: view.id,
    team_id: team.data.team.id,
    type: view.type,
    ...(view.type === 'modal' && {
      title: view.title,
      submit: view.submit ?? null,
      close: view.close ?? null,
      clear_on_close: view.clear_on_close,
      notify_on_close: view.notify_on_close,
    }),
    blocks: view.blocks,
    private_metadata: view.private_metadata,
    callback_id: view.callback_id,
    external_id: view.external_id,
    state: { values },
    hash: view.hash,
    root_view_id: view.rootId,
    previous_view_id: view.previousId,
    app_id: team.data.appId,
    app_installed_team_id: team.data.team.id,
    bot_id: team.data.botId,
  };
}
