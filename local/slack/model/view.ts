/** A block that passed the validator: its type is known, the rest is as the bot sent it. */
export interface Block {
  type: string;
  block_id?: string;
  [field: string]: unknown;
}

/** What a person has entered in a modal, the way it is sent to the bot: block, then action. */
export type ViewValues = Record<string, Record<string, Record<string, unknown>>>;

/** A modal on a person's stack, or a person's Home tab. */
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
