/** A validated block: its type is known, the other fields are as the bot sent them. */
export interface Block {
  type: string;
  block_id?: string;
  [field: string]: unknown;
}

/** A user's input in a modal, in the format sent to the bot: block id, then action id. */
export type ViewValues = Record<string, Record<string, Record<string, unknown>>>;

/** A modal on a user's stack, or a user's Home tab. */
export interface View {
  readonly id: string;
  readonly user: string;
  readonly type: 'modal' | 'home';
  readonly rootId: string;
  readonly previousId: string | null;
  hash: string;
  callback_id: string;
  external_id: string;
  private_metadata: string;
  title?: unknown;
  submit?: unknown;
  close?: unknown;
  clear_on_close: boolean;
  notify_on_close: boolean;
  blocks: Block[];
}
