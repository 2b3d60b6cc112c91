import { beforeAll, describe, expect, it } from 'vitest';
import { bodies, localCloud, region, zone } from './compute-emulator.ts';

describe('lists', () => {
  const cloud = localCloud();
  const [ask, done] = [cloud.on('lists'), cloud.done('lists')];

  beforeAll(async () => {
    await done('POST', 'global/networks', bodies.network());
    await done('POST', 'global/networks', bodies.network('net-2'));
    await done('POST', `${region}/subnetworks`, bodies.subnetwork());
    const addressOf: Record<string, string> = { a: '10.240.0.10', b: '10.240.0.11', c: '10.240.0.12' };
    const made = ['a', 'b', 'c'].map((name) =>
      done(
        'POST',
        `${zone}/instances`,
        bodies.instance(
          name,
          { labels: { app: name === 'c' ? 'other' : 'kthw' }, tags: { items: ['node', name] } },
          { networkIP: addressOf[name] },
        ),
      ),
    );
    await Promise.all([
      ...made,
      done('POST', 'global/firewalls', { ...bodies.firewall('low'), priority: 10 }),
      done('POST', 'global/firewalls', bodies.firewall('on-2', 'net-2')),
    ]);
    await done('POST', `${zone}/instances/b/stop`);
  });

  const names = async (path: string, filter: string) => {
    const { status, body } = await ask('GET', `${path}?filter=${encodeURIComponent(filter)}`);
    return status === 200 ? (body.items ?? []).map(({ name }: { name: string }) => name) : status;
  };

  it.each([
    ['labels.app=kthw', ['a', 'b']],
    ['labels.app = "kthw"', ['a', 'b']],
    ['labels.app:*', ['a', 'b', 'c']],
    ['labels.none:*', []],
    ['labels.app!=kthw', ['c']],
    ['name=b', ['b']],
    ['name = b OR name = c', ['b', 'c']],
    ['(name=b) (status=TERMINATED)', ['b']],
    ['status=RUNNING AND labels.app=kthw', ['a']],
    ['(status=RUNNING) AND (NOT labels.app=kthw)', ['c']],
    ['name=a AND name=b OR name=c', ['c']],
    ['name eq a', ['a']],
    ['name eq "[ab]"', ['a', 'b']],
    ['name eq [ab]', ['a', 'b']],
    ['name eq (a|c)', ['a', 'c']],
    ['name ne a', ['b', 'c']],
    ['(name eq .*) (status eq RUNNING)', ['a', 'c']],
    ['machineType eq ".*\\be2-standard-2\\b.*"', ['a', 'b', 'c']],
    ['machineType:e2-standard-2', ['a', 'b', 'c']],
    ['networkInterfaces.networkIP=10.240.0.10', ['a']],
    ['tags.items=c', ['c']],
    ['canIpForward=false', ['a', 'b', 'c']],
    ['colour=red', 400],
    ['labels=', 400],
    ['name==a', 400],
    ['name=a AND', 400],
    ['(name=a', 400],
    ['name~a', 400],
    ['name eq "["', 400],
    ['a', 400],
  ])('of machines take the filter %s', async (filter, expected) => {
    expect(await names(`${zone}/instances`, filter)).toEqual(expected);
  });

  it.each([
    ['network eq ".*\\bnet\\b.*"', ['low', 'on-2']],
    ['network eq ".*/net"', ['low']],
    ['priority<1000', ['low']],
    ['priority >= 1000', ['on-2']],
    ['allowed.IPProtocol=tcp', ['low', 'on-2']],
  ])('of firewall rules take the filter %s', async (filter, expected) => {
    expect(await names('global/firewalls', filter)).toEqual(expected);
  });

  it('are paginated without repeating or omitting a row, also during deletions', async () => {
    const seen: string[] = [];
    let token = '';
    do {
      const { body } = await ask('GET', `zones?maxResults=5&pageToken=${token}`);
      expect(body.items.length).toBeLessThanOrEqual(5);
      seen.push(...body.items.map(({ name }: { name: string }) => name));
      token = body.nextPageToken ?? '';
    } while (token !== '');
    expect(seen).toEqual([...new Set(seen)].sort());
    expect(seen).toHaveLength((await ask('GET', 'zones')).body.items.length);
    await done('POST', 'global/httpHealthChecks', { name: 'x1' });
    await done('POST', 'global/httpHealthChecks', { name: 'x2' });
    const { body: first } = await ask('GET', 'global/httpHealthChecks?maxResults=1');
    await done('DELETE', 'global/httpHealthChecks/x1');
    const { body: next } = await ask('GET', `global/httpHealthChecks?maxResults=1&pageToken=${first.nextPageToken}`);
    expect(next.items.map(({ name }: { name: string }) => name)).toEqual(['x2']);
    expect(next.nextPageToken).toBeUndefined();
  });

  it('are sorted newest first on request', async () => {
    const { body } = await ask('GET', 'global/operations?orderBy=creationTimestamp%20desc&maxResults=1');
    expect(body.items).toHaveLength(1);
    expect((await ask('GET', 'global/networks?orderBy=colour')).status).toBe(400);
  });

  it.each(['maxResults=501', 'maxResults=-1', 'maxResults=many', 'pageToken=nonsense', 'returnPartialSuccess=perhaps'])(
    'refuse %s',
    async (query) => {
      expect((await ask('GET', `zones?${query}`)).status).toBe(400);
    },
  );

  it('of all scopes contain each scope, with a warning for an empty one', async () => {
    const { body } = await ask(
      'GET',
      'aggregated/instances?includeAllScopes=True&maxResults=500&returnPartialSuccess=True',
    );
    expect(body.items[zone].instances.map(({ name }: { name: string }) => name)).toEqual(['a', 'b', 'c']);
    expect(body.items['zones/us-east1-b'].warning.code).toBe('NO_RESULTS_ON_PAGE');
    const links = JSON.stringify(body).match(/https?:\/\/[^/"]+/g) ?? [];
    expect(new Set(links)).toEqual(new Set([cloud.url()]));
  });
});
