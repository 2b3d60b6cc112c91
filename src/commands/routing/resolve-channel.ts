import type { Store } from '../../store/store.ts';
import { readViewChannel } from '../slack/view-channel.ts';

/** What a button's value or a modal's metadata names. */
export interface RequestSubject {
  readonly cluster?: string;
  readonly run?: string;
}

interface RequestSource {
  /** From Slack's envelope. Empty: the Home tab or a modal. */
  readonly channel: string;
  readonly viewId?: string | undefined;
  readonly subject?: RequestSubject | undefined;
}

interface ResolvedChannel {
  /** Empty: unknown. */
  readonly channel: string;
  /** Whether the person made the request, or opened its modal, in this channel. */
  readonly isOrigin: boolean;
}

/**
 * Returns the channel in which a request acts: the channel of Slack's envelope, or the one in which the modal was opened,
 * or the channel of the cluster or run in the store. A button's value and a modal's metadata come back from outside, so
 * they never name a channel.
 */
export async function resolveChannel(
  { channel, viewId, subject = {} }: RequestSource,
  store: Pick<Store, 'read'>,
): Promise<ResolvedChannel> {
  if (channel !== '') return { channel, isOrigin: true };
  const opened = viewId === undefined ? undefined : await readViewChannel(store, viewId);
  if (opened !== undefined) return { channel: opened, isOrigin: true };
  const { cluster, run } = subject;
  const record =
    cluster === undefined
      ? run === undefined
        ? undefined
        : await store.read('run', run)
      : await store.read('cluster', cluster);
  return { channel: record?.value.channel ?? '', isOrigin: false };
}

/** Reads the subject of a parsed button value or of parsed modal metadata. */
export function getSubject(value: unknown): RequestSubject {
  const { cluster, run } = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  return { ...(typeof cluster === 'string' ? { cluster } : {}), ...(typeof run === 'string' ? { run } : {}) };
}
