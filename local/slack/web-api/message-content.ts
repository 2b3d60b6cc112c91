import { z } from 'zod';
import { checkBlocks } from '../blocks/validate-blocks.ts';
import type { Message } from '../model/conversation.ts';
import type { Block } from '../model/view.ts';
import { args } from './arguments.ts';
import { ApiError } from './method.ts';

/** The arguments that say what is in a message. */
export const contentArgs = {
  text: args.text.optional(),
  markdown_text: args.text.optional(),
  blocks: args.json.optional(),
  attachments: args.json.optional(),
  metadata: args.json.optional(),
};

const metadataShape = z.object({
  event_type: z.string().min(1),
  event_payload: z.record(z.string(), z.unknown()),
});
const attachmentsShape = z.array(z.looseObject({ blocks: z.array(z.unknown()).optional() }));
const contentShape = z.object(contentArgs);
const limits = { text: 40_000, markdown: 12_000, attachments: 100, metadataBytes: 16_384 };

/** What a message is to say. A field that is absent was not given. */
export type Content = Pick<Message, 'text'> & Partial<Pick<Message, 'blocks' | 'attachments' | 'metadata'>>;

/**
 * Reads and checks what is to be in a message.
 * @throws {ApiError} `no_text`, `invalid_blocks` and the like
 */
export function readContent(given: z.infer<typeof contentShape>): Content {
  const blocks = given.markdown_text === undefined ? readBlocks(given.blocks) : markdownBlock(given);
  const attachments = readAttachments(given.attachments);
  const text = (given.text ?? '').slice(0, limits.text);
  if (text.trim() === '' && !blocks?.length && !attachments?.length) throw new ApiError('no_text');
  const metadata = readMetadata(given.metadata);
  return {
    text,
    ...(blocks?.length && { blocks }),
    ...(attachments && { attachments }),
    ...(metadata && { metadata }),
  };
}

function markdownBlock({ markdown_text: text = '', ...given }: z.infer<typeof contentShape>): Block[] {
  if (given.text !== undefined || given.blocks !== undefined) throw new ApiError('markdown_text_conflict');
  if (text.length > limits.markdown) throw new ApiError('msg_too_long');
  return text === '' ? [] : [{ type: 'markdown', text }];
}

function readBlocks(given: unknown): Block[] | undefined {
  if (given === undefined || given === '' || given === null) return undefined;
  if (!Array.isArray(given)) throw new ApiError('invalid_blocks_format');
  const wrong = checkBlocks(given);
  if (wrong.length > 0) throw new ApiError('invalid_blocks', wrong);
  return given as Block[];
}

function readAttachments(given: unknown): Record<string, unknown>[] | undefined {
  if (given === undefined || given === '' || given === null) return undefined;
  const read = attachmentsShape.safeParse(given);
  if (!read.success) throw new ApiError('invalid_attachments');
  if (read.data.length > limits.attachments) throw new ApiError('too_many_attachments');
  const wrong = read.data.flatMap(({ blocks }, index) =>
    blocks ? checkBlocks(blocks, undefined, ['attachments', String(index), 'blocks']) : [],
  );
  if (wrong.length > 0) throw new ApiError('invalid_attachments', wrong);
  return read.data;
}

function readMetadata(given: unknown): Message['metadata'] | undefined {
  if (given === undefined || given === '' || given === null) return undefined;
  if (typeof given === 'object' && Object.keys(given).length === 0) return undefined;
  const read = metadataShape.safeParse(given);
  if (!read.success) throw new ApiError('invalid_metadata_format');
  if (Buffer.byteLength(JSON.stringify(read.data)) > limits.metadataBytes) throw new ApiError('metadata_too_large');
  return read.data;
}
