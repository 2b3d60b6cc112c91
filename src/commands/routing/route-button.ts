import { parseJson } from '../../store/parse-json.ts';
import { approvalButtons } from '../interactions/approval-buttons.ts';
import { extendButton } from '../interactions/extend-button.ts';
import { followUpButtons } from '../interactions/follow-up-buttons.ts';
import { homeButtons } from '../interactions/home-buttons.ts';
import { pauseButtons } from '../interactions/pause-buttons.ts';
import { showCommandsButton } from '../interactions/show-commands-button.ts';
import { renderInvalidArguments } from '../messages/index.ts';
import type { Button } from './command.ts';
import { commandRegistry } from './command-registry.ts';
import { getSubject } from './resolve-channel.ts';
import type { ModalRoute, RequestOrigin, Route } from './route.ts';

const buttons: readonly Button[] = [
  ...commandRegistry.flatMap(({ interactions }) => interactions?.buttons ?? []),
  ...Object.values(approvalButtons),
  ...Object.values(followUpButtons),
  ...Object.values(homeButtons),
  extendButton,
  showCommandsButton,
  ...Object.values(pauseButtons),
];

/** Routes a click. Returns undefined for an unknown action id. */
export function routeButton(
  id: string,
  value: string | undefined,
  origin: RequestOrigin,
): Route | ModalRoute | undefined {
  const button = buttons.find((one) => one.id === id);
  if (!button) return undefined;
  const parsed = button.value.safeParse(parseJson(value));
  if (!parsed.success)
    return { immediateReply: { message: renderInvalidArguments(['this button is not valid'], [], '/kthw help') } };
  const { handler } = button;
  const request = { args: parsed.data, ...origin };
  const subject = getSubject(parsed.data);
  const permission = button.getPermission?.(parsed.data) ?? 'create';
  if ('openModal' in handler)
    return { subject, openModal: (deps) => ({ permission, ...handler.openModal(request, deps) }) };
  return {
    permission,
    subject,
    execute: (deps, channel = origin.channel) => handler.onClick({ ...request, channel }, deps),
  };
}
