import type { ModalView } from '@slack/types';
import type { Store } from '../store/store.ts';
import { StoreAway } from '../store/store-errors.ts';
import type { Chat } from './chat.ts';
import type { Message, Need, Replaces, Reply, Tools } from './command.ts';
import type { Guard } from './guard.ts';
import { message } from './messages/blocks.ts';
import { md } from './messages/markdown.ts';
import { notAllowed } from './messages/not-allowed.ts';
import { storeAway, wentWrong } from './messages/refusals.ts';
import type { Asker } from './router.ts';
import { isFirst } from './seen.ts';

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
  } catch (error) {
    a.log({ request: id, error }, 'carrying out a request');
    await show({ shown: error instanceof StoreAway ? storeAway() : wentWrong('That') }, request, a);
  }
}

/** Opens a modal. It does nothing by itself, so nobody is asked first: the trigger lives for three seconds. */
export async function open(
  trigger: string,
  { view, meanwhile }: { readonly view: ModalView; readonly meanwhile: Message },
  request: Pick<Request, 'id' | 'asker' | 'say'>,
  a: Pick<Acting, 'chat' | 'log'>,
): Promise<void> {
  try {
    await a.chat.openView(trigger, view);
    await show({ shown: meanwhile, replaces: true }, request, a);
  } catch (error) {
    a.log({ request: request.id, error }, 'opening a modal');
    await show({ shown: wentWrong('Opening the dialog') }, request, a);
  }
}

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
    return { shown: message(md`❌ I could not send you a direct message. Open one with me, then ask again`) };
  }
}

/** By the way that came with the request; else as a message for the asker's eyes; else directly. */
async function show(
  { shown, replaces = false }: { readonly shown: Message; readonly replaces?: Replaces },
  { id, asker: { by, channel }, say }: Pick<Request, 'id' | 'asker' | 'say'>,
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
