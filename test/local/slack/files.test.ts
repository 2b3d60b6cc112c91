import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Harness, startHarness } from './test-environment.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await startHarness();
});
afterEach(() => harness.close());

const content = 'apiVersion: v1\nkind: Config\n';

async function openDm(): Promise<string> {
  const { channel } = await harness.web.conversations.open({ users: 'U0000ADA0' });
  return channel?.id as string;
}

async function uploadUrl(length: number): Promise<{ upload_url: string; file_id: string }> {
  return (await harness.web.files.getUploadURLExternal({ filename: 'a.txt', length })) as never;
}

describe('a file', () => {
  it('is shared with one user by filesUploadV2 in a direct message', async () => {
    const channel_id = await openDm();
    const file = { channel_id, filename: 'demo.kubeconfig', title: 'For you', content, initial_comment: 'here' };
    await harness.web.filesUploadV2(file);
    const [message] = await harness.people.listDmMessages('ada');
    expect(message).toMatchObject({
      text: 'here',
      files: [{ name: 'demo.kubeconfig', title: 'For you', mimetype: 'text/plain', size: content.length }],
    });
    const id = message?.files?.[0]?.id as string;
    expect((await harness.people.downloadFile('ada', id)).toString()).toBe(content);
    expect(await harness.people.listFiles('grace')).toEqual([]);
    await expect(harness.people.downloadFile('grace', id)).rejects.toThrow('HTTP 400');
    expect((await harness.web.files.info({ file: id })).file).toMatchObject({ ims: [channel_id] });
  });

  it('preserves every byte', async () => {
    const bytes = Buffer.from(Array.from({ length: 2000 }, (_, index) => (index * 7) % 256));
    await harness.web.filesUploadV2({ channel_id: 'C0CLUSTER', filename: 'x.png', file: bytes });
    const [message] = await harness.people.listMessages('clusters', 'grace');
    expect(message?.files).toMatchObject([{ mimetype: 'image/png' }]);
    expect(await harness.people.downloadFile('grace', message?.files?.[0]?.id as string)).toEqual(bytes);
  });

  it('can be shared in a thread, together with another', async () => {
    const { ts } = await harness.web.chat.postMessage({ channel: 'C0CLUSTER', text: 'run' });
    await harness.web.filesUploadV2({
      channel_id: 'C0CLUSTER',
      thread_ts: ts as string,
      file_uploads: [
        { filename: 'a', content: 'aa' },
        { filename: 'b', content: 'bb' },
      ],
    });
    const [, reply] = await harness.people.listThreadMessages('clusters', ts as string, 'ada');
    expect(reply?.files?.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('requires a conversation id as the destination', async () => {
    const direct = harness.web.filesUploadV2({ channel_id: 'U0000ADA0', filename: 'a', content });
    await expect(direct).rejects.toMatchObject({ data: { error: 'invalid_channel' } });
    const outside = harness.web.filesUploadV2({ channel_id: 'C00RANDOM', filename: 'a', content });
    await expect(outside).rejects.toMatchObject({ data: { error: 'posting_to_channel_denied' } });
  });
});

describe('files.delete', () => {
  it('removes the file for everyone and leaves a tombstone in its message', async () => {
    const { files } = (await harness.web.filesUploadV2({
      channel_id: await openDm(),
      filename: 'demo.kubeconfig',
      content,
      initial_comment: 'here',
    })) as unknown as { files: { files: { id: string }[] }[] };
    const id = files[0]?.files[0]?.id as string;
    await harness.web.files.delete({ file: id });
    const [message] = await harness.people.listDmMessages('ada');
    expect(message).toMatchObject({ text: 'here', files: [{ id, mode: 'tombstone' }] });
    expect(JSON.stringify(message)).not.toContain('demo.kubeconfig');
    expect(await harness.people.listFiles('ada')).toEqual([]);
    await expect(harness.people.downloadFile('ada', id)).rejects.toThrow('HTTP 400');
    await expect(harness.web.files.info({ file: id })).rejects.toMatchObject({ data: { error: 'file_deleted' } });
    await expect(harness.web.files.delete({ file: id })).rejects.toMatchObject({ data: { error: 'file_deleted' } });
  });

  it('rejects an unknown file, and one that is still uploading', async () => {
    const { file_id } = await uploadUrl(3);
    for (const file of ['F0UNKNOWN', file_id])
      await expect(harness.web.files.delete({ file })).rejects.toMatchObject({ data: { error: 'file_not_found' } });
  });
});

describe('an upload URL', () => {
  it('accepts raw bytes, once', async () => {
    const { upload_url, file_id } = await uploadUrl(3);
    expect((await fetch(upload_url, { method: 'POST', body: 'abc' })).status).toBe(200);
    expect((await fetch(upload_url, { method: 'POST', body: 'abd' })).status).toBe(404);
    await harness.web.files.completeUploadExternal({ files: [{ id: file_id }], channel_id: 'C0CLUSTER' });
    expect((await harness.people.downloadFile('ada', file_id)).toString()).toBe('abc');
  });

  it('rejects content of another length, and the upload cannot be completed', async () => {
    const { upload_url, file_id } = await uploadUrl(3);
    expect((await fetch(upload_url, { method: 'POST', body: 'abcd' })).status).toBe(400);
    const completed = harness.web.files.completeUploadExternal({ files: [{ id: file_id }] });
    await expect(completed).rejects.toMatchObject({ data: { error: 'file_not_found' } });
  });
});
