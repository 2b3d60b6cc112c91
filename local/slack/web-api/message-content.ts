import { z } from 'zod';
import { validateBlocks } from '../blocks/validate-blocks.ts';
import type { Message } from '../model/conversation.ts';
import type { Block } from '../model/view.ts';
import { argSchemas } from './arguments.ts';
import { ApiError } from './method.ts';

/** The arguments that hold a message's content. */
export const contentArgs = {
  text: argSchemas.text.optional(),
  markdown_text: argSchemas.text.optional(),
  blocks: argSchemas.json.optional(),
  attachments: argSchemas.json.optional(),
  metadata: argSchemas.json.optional(),
};

const metadataSchema = z.object({
  event_type: z.string().min(1),
  event_payload: z.record(z.string(), z.unknown()),
});
const attachmentsSchema = z.array(z.looseObject({ blocks: z.array(z.unknown()).optional() }));
const contentSchema = z.object(contentArgs);
const limits = { text: 40_000, markdown: 12_000, attachments: 100, metadataBytes: 16_384 };

/** A message's content. Absent fields were not given. */
export type MessageContent = Pick<Message, 'text'> & Partial<Pick<Message, 'blocks' | 'attachments' | 'metadata'>>;

/**
 * Reads and validates a message's content.
 * @throws {ApiError} such as `no_text` or `invalid_blocks`
 */
export function readContent(params: z.infer<typeof contentSchema>): MessageContent {
  const blocks = params.markdown_text === undefined ? readBlocks(params.blocks) : buildMarkdownBlocks(params);
  const attachments = readAttachments(params.attachments);
  const text = (params.text ?? '').slice(0, limits.text);
  if (text.trim() === '' && !blocks?.length && !attachments?.length) throw new ApiError('no_text');
  const metadata = readMetadata(params.metadata);
  return {
    text,
    ...(blocks?.length && { blocks }),
    ...(attachments && { attachments }),
    ...(metadata && { metadata }),
  };
}

function buildMarkdownBlocks({ markdown_text: text = '', ...params }: z.infer<typeof contentSchema>): Block[] {
  if (params.text !== undefined || params.blocks !== undefined) throw new ApiError('markdown_text_conflict');
  if (text.length > limits.markdown) throw new ApiError('msg_too_long');
  return text === '' ? [] : [{ type: 'markdown', text }];
}

function readBlocks(value: unknown): Block[] | undefined {
  if (value === undefined || value === '' || value === null) return undefined;
  if (!Array.isArray(value)) throw new ApiError('invalid_blocks_format');
  const issues = validateBlocks(value);
  if (issues.length > 0) throw new ApiError('invalid_blocks', issues);
  return value as Block[];
}

function readAttachments(value: unknown): Record<string, unknown>[] | undefined {
  if (value === undefined || value === '' || value === null) return undefined;
  const read = attachmentsSchema.safeParse(value);
  if (!read.success) throw new ApiError('invalid_attachments');
  if (read.data.length > limits.attachments) throw new ApiError('too_many_attachments');
  const issues = read.data.flatMap(({ blocks }, index) =>
    blocks ? validateBlocks(blocks, undefined, ['attachments', String(index), 'blocks']) : [],
  );
  if (issues.length > 0) throw new ApiError('invalid_attachments', issues);
  return read.data;
}

function readMetadata(value: unknown): Message['metadata'] | undefined {
  if (value === undefined || value === '' || value === null) return undefined;
  if (typeof value === 'object' && Object.keys(value).length === 0) return undefined;
  const read = metadataSchema.safeParse(value);
  if (!read.success) throw new ApiError('invalid_metadata_format');
  if (Buffer.byteLength(JSON.stringify(read.data)) > limits.metadataBytes) throw new ApiError('metadata_too_large');
  return read.data;
}
