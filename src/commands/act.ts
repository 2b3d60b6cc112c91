import type { Store } from '../store/store.ts';
import { StoreAway } from '../store/store-errors.ts';
import type { Chat } from './chat.ts';
import type { Message, Reply, Tools } from './command.ts';
import { message } from './messages/blocks.ts';
import { md } from './messages/markdown.ts';
import { storeAway, wentWrong } from './messages/refusals.ts';
import type { Asker } from './router.ts';
import { isFirst } from './seen.ts';

/** A request that was acknowledged and is to be carried out. */
export interface Request {
  /** The same for every repeat of the request. */
  readonly id: string;
  readonly asker: Asker;
  readonly later: (tools: Tools) => Promise<Reply>;
  /** Shows something to the asker alone. */
  readonly say: (message: Message, replaces: boolean) => Promise<void>;
}

export interface Acting {
  readonly store: Store;
  readonly tools: Tools;
  readonly chat: Chat;
  readonly now: () => Date;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
}

/**
 * The one door to the engine: every command, button and mention that does something comes through here, once. Who may
 * ask for what, and where, is to be decided here.
 */
export async function act(request: Request, a: Acting): Promise<void> {
  const { id, asker } = request;
  try {
    if (!(await isFirst(a.store, id, a.now()))) return;
    const reply = await request.later(a.tools);
    await show('file' in reply ? await sent(reply, asker, a) : reply, request, a);
  } catch (error) {
    a.log({ request: id, error }, 'carrying out a request');
    await show({ shown: error instanceof StoreAway ? storeAway() : wentWrong('That') }, request, a);
  }
}

/** What to show once the file has gone to the asker's direct messages. */
async function sent(
  reply: Extract<Reply, { file: unknown }>,
  { by }: Asker,
  { chat, log }: Acting,
): Promise<Extract<Reply, { replaces?: boolean }>> {
  try {
    const direct = await chat.direct(by.user);
    await chat.upload(direct, { name: reply.filename, content: reply.file, comment: reply.comment });
    return { shown: reply.shown };
  } catch (error) {
    log({ error }, 'sending a file by direct message');
    return { shown: message(md`❌ I could not send you a direct message. Open one with me, then ask again`) };
  }
}

/** By the address that came with the request; should that have ended, as a message for the asker's eyes. */
async function show(
  reply: { readonly shown: Message; readonly replaces?: boolean },
  request: Request,
  a: Acting,
): Promise<void> {
  try {
    await request.say(reply.shown, reply.replaces ?? false);
  } catch (error) {
    a.log({ request: request.id, error }, 'answering a request');
    const { channel, by } = request.asker;
    await a.chat
      .whisper(channel, by.user, reply.shown)
      .catch((second: unknown) => a.log({ request: request.id, error: second }, 'answering it otherwise'));
  }
}
