import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type MetadataRecord, MetadataServer } from '../../../../local/compute/machines/metadata/metadata-server.ts';
import { machinePlan } from './test-environment.ts';

let record: MetadataRecord;
let server: MetadataServer;
let port: number;

beforeEach(async () => {
  const { metadata } = machinePlan('one', '10.240.0.10');
  const instance = { ...metadata.instance, 'pod-cidr': '10.200.0.0/24' };
  record = {
    machine: machinePlan('one', '10.240.0.10', { metadata: { ...metadata, instance } }),
    guestAttributes: new Map(),
  };
  server = new MetadataServer((address) => (address === '127.0.0.1' ? record : undefined));
  port = await server.listen('127.0.0.1');
});

afterEach(async () => await server.close());

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
  readonly etag: string | undefined;
}

async function ask(
  path: string,
  options: { method?: string; flavor?: string; body?: string; from?: string } = {},
): Promise<Answer> {
  const { method = 'GET', flavor = 'Google', body, from = '127.0.0.1' } = options;
  return await new Promise((resolve, reject) => {
    const headers = flavor === '' ? {} : { 'Metadata-Flavor': flavor };
    const clientRequest = request(
      { host: '127.0.0.1', port, path: `/computeMetadata/v1/${path}`, method, headers, localAddress: from },
      async (response) =>
        resolve({ status: response.statusCode, body: await text(response), etag: response.headers.etag }),
    );
    clientRequest.on('error', reject).end(body);
  });
}

test.each([
  ['instance/name', 'one'],
  ['instance/hostname', 'one.c.project-1.internal'],
  ['instance/attributes/pod-cidr', '10.200.0.0/24'],
  ['instance/attributes/', 'enable-guest-attributes\npod-cidr\n'],
  ['instance/network-interfaces/0/access-configs/0/external-ip', ''],
  ['instance/network-interfaces/', '0/\n'],
  ['project/project-id', 'project-1'],
  ['', 'instance/\nproject/\n'],
  ['instance/attributes/?recursive=true', '{"enable-guest-attributes":"TRUE","pod-cidr":"10.200.0.0/24"}'],
  ['instance/attributes/?recursive=true&alt=text', 'enable-guest-attributes TRUE\npod-cidr 10.200.0.0/24\n'],
  ['instance/attributes/pod-cidr?alt=json', '"10.200.0.0/24"'],
  ['instance/tags?alt=json&recursive=true', '[]'],
])('metadata at "%s"', async (path, body) => {
  expect(await ask(path)).toMatchObject({ status: 200, body });
});

test('recursive JSON has camel case keys except for attributes', async () => {
  const { body } = await ask('instance/?recursive=true');
  expect(JSON.parse(body)).toMatchObject({
    attributes: { 'pod-cidr': '10.200.0.0/24' },
    networkInterfaces: [{ ip: '10.240.0.10', accessConfigs: [{ type: 'ONE_TO_ONE_NAT' }] }],
  });
});

test.each([
  ['without the header', 'instance/name', { flavor: '' }, 403],
  ['from an unknown address', 'instance/name', { from: '127.0.0.2' }, 404],
  ['for a missing key', 'instance/attributes/none', {}, 404],
  ['for a property inherited by all objects', 'instance/constructor', {}, 404],
  ['to write metadata', 'instance/name', { method: 'PUT', body: 'x' }, 405],
  ['to write a guest attribute without namespace', 'instance/guest-attributes/x', { method: 'PUT', body: 'x' }, 400],
])('rejects a request %s', async (_, path, options, status) => {
  expect((await ask(path, options)).status).toBe(status);
});

test('stores guest attributes if they are enabled', async () => {
  expect((await ask('instance/guest-attributes/hostkeys/ssh-ed25519', { method: 'PUT', body: 'AAAA' })).status).toBe(
    200,
  );
  expect(record.guestAttributes).toEqual(new Map([['hostkeys/ssh-ed25519', 'AAAA']]));
  expect((await ask('instance/guest-attributes/hostkeys/ssh-ed25519')).body).toBe('AAAA');
  const { metadata } = record.machine;
  record = { ...record, machine: { ...record.machine, metadata: { ...metadata, instance: {} } } };
  expect((await ask('instance/guest-attributes/hostkeys/x', { method: 'PUT', body: 'A' })).status).toBe(403);
});

test.each(['constructor', '__proto__'])('stores guest attributes named %s', async (name) => {
  const path = `instance/guest-attributes/${name}/${name}`;
  expect((await ask(path)).status).toBe(404);
  expect((await ask(path, { method: 'PUT', body: 'AAAA' })).status).toBe(200);
  expect((await ask(path)).body).toBe('AAAA');
  expect((await ask(`instance/guest-attributes/${name}/toString`)).status).toBe(404);
});

test('a guest attribute write notifies only waiters for that attribute', async () => {
  const everything = '?recursive=true&alt=text&wait_for_change=true&timeout_sec=0.05&last_etag=';
  const own = 'instance/guest-attributes/?recursive=true';
  const [before, none] = [await ask(`${everything}0`), await ask(own)];
  await ask('instance/guest-attributes/hostkeys/ssh-ed25519', { method: 'PUT', body: 'AAAA' });
  const [after, some] = [await ask(`${everything}${before.etag}`), await ask(own)];
  expect(after.etag).toBe(before.etag);
  expect(after.body).toContain('instance/attributes/pod-cidr 10.200.0.0/24\n');
  expect(some.etag).not.toBe(none.etag);
});

test('wait_for_change responds only after a change', async () => {
  const path = 'instance/attributes/?recursive=true&wait_for_change=true&timeout_sec=20';
  const first = await ask(`${path}&last_etag=0`);
  const waiting = ask(`${path}&last_etag=${first.etag}`);
  server.notifyChange();
  const { metadata } = record.machine;
  record = { ...record, machine: { ...record.machine, metadata: { ...metadata, instance: { a: 'b' } } } };
  server.notifyChange();
  expect((await waiting).body).toBe('{"a":"b"}');
  const late = await ask('instance/?wait_for_change=true&timeout_sec=0.1');
  expect(late.status).toBe(200);
});
