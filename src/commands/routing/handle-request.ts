import type { Store } from '../../store/store.ts';
import { StoreAway } from '../../store/store-errors.ts';
import type { Guard } from '../authorization/authorizer.ts';
import { noPicture } from '../messages/chart-comments.ts';
import { noDirect, storeAway, wentWrong } from '../messages/command-replies.ts';
import { notAllowed, notAllowedModal } from '../messages/denial.ts';
import { type Chat, ChatError, type Picture, type ViewPlace } from '../slack/chat.ts';
import { isFirst } from '../slack/processed-requests.ts';
import type { Message, Need, Opened, Replaces, Reply, Tools } from './command.ts';
import type { Asker } from './router.ts';

/** Shows something to whoever asked, alone. */
export type Say = (message: Message, replaces: Replaces) => Promise<void>;

/** A request that was acknowledged and is to be carried out. */
export interface Request {
  /** The same for every repeat of the request. */
  readonly id: string;
  readonly asker: Asker;
  readonly needs: Need;
  readonly later: (tools: Tools) => Promise<Reply>;
  readonly say: Say;
}

export interface Acting {
  readonly store: Store;
  readonly tools: Tools;
  readonly chat: Chat;
  readonly guard: Guard;
  readonly now: () => Date;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
}

/**
 * The one door to the engine: every command, button, modal and mention that does something comes through here, once,
 * and only when the policy lets this person do it there.
 */
export async function act(request: Request, a: Acting): Promise<void> {
  const { id, asker, needs } = request;
  try {
    if (!(await isFirst(a.store, id, a.now()))) return;
    const refusal = await a.guard(asker.by, asker.channel, needs);
    if (refusal) {
      a.log({ request: id, by: asker.by, why: refusal.why }, 'refused a request');
      return await show({ shown: notAllowed(refusal) }, request, a);
    }
    const reply = await request.later(a.tools);
    await show('file' in reply ? await sent(reply, asker, a) : reply, request, a);
    if ('picture' in reply && reply.picture) await drawn(reply.picture, request, a);
  } catch (error) {
    a.log({ request: id, error }, 'carrying out a request');
    await show({ shown: error instanceof StoreAway ? storeAway() : wentWrong('That') }, request, a);
  }
}

/** Opens a modal. It does nothing by itself, so nobody is asked first: the trigger lives for three seconds. */
export async function open(trigger: string, opened: Opened, request: Shown, a: Acting): Promise<void> {
  try {
    const at = await a.chat.openView(trigger, opened.view);
    if (opened.meanwhile) await show({ shown: opened.meanwhile, replaces: true }, request, a);
    await fill(at, opened, request, a);
  } catch (error) {
    a.log({ request: request.id, error }, 'opening a modal');
    await show({ shown: wentWrong('Opening the dialog') }, request, a);
  }
}

/** Shows a modal anew that somebody has open. */
export async function change(
  viewId: string,
  opened: Opened,
  request: Pick<Request, 'id' | 'asker'>,
  a: Acting,
): Promise<void> {
  try {
    await fill(await a.chat.updateView({ id: viewId }, opened.view), opened, request, a);
  } catch (error) {
    a.log({ request: request.id, error }, 'changing a modal');
  }
}

/** Who may not use it is told so in its place. Whatever goes wrong, the modal that is open stays usable. */
async function fill(
  at: ViewPlace,
  { guards, filled }: Opened,
  { id, asker }: Pick<Request, 'id' | 'asker'>,
  a: Acting,
): Promise<void> {
  try {
    const refusal = guards && (await a.guard(asker.by, guards.channel, guards.needs));
    if (refusal) await a.chat.updateView(at, notAllowedModal(refusal));
    else if (filled) await a.chat.updateView(at, await filled());
  } catch (error) {
    // It was closed, or changed again in the meantime.
    const isGone = error instanceof ChatError && (error.reason === 'not_found' || error.reason === 'hash_conflict');
    if (!isGone) a.log({ request: id, error }, 'filling a modal');
  }
}

type Shown = Pick<Request, 'id' | 'asker' | 'say'>;

/** What to show once the file has gone to the asker's direct messages. */
async function sent(
  reply: Extract<Reply, { file: unknown }>,
  { by }: Asker,
  { chat, log }: Acting,
): Promise<{ readonly shown: Message }> {
  try {
    const direct = await chat.direct(by.user);
    await chat.upload(direct, { name: reply.filename, content: reply.file, comment: reply.comment });
    return { shown: reply.shown };
  } catch (error) {
    log({ error }, 'sending a file by direct message');
    return { shown: noDirect() };
  }
}

/** A picture that does not come is said, and what was said before it stands. */
async function drawn(draw: () => Promise<Picture | undefined>, request: Request, a: Acting): Promise<void> {
  try {
    const picture = await draw();
    if (picture) await a.chat.share(await a.chat.direct(request.asker.by.user), picture);
  } catch (error) {
    a.log({ request: request.id, error }, 'sending a picture');
    await show({ shown: noPicture() }, request, a);
  }
}

/** By the way that came with the request; else as a message for the asker's eyes; else directly. */
async function show(
  { shown, replaces = false }: { readonly shown: Message; readonly replaces?: Replaces },
  { id, asker: { by, channel }, say }: Shown,
  { chat, log }: Pick<Acting, 'chat' | 'log'>,
): Promise<void> {
  const ways = [
    () => say(shown, replaces),
    () => chat.whisper(channel, by.user, shown),
    async () => void (await chat.post(await chat.direct(by.user), shown)),
  ];
  for (const way of ways) {
    try {
      return await way();
    } catch (error) {
      log({ request: id, error }, 'answering a request');
    }
  }
}
