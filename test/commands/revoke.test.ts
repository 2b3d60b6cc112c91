import { describe, expect, test } from 'vitest';
import { everybody } from '../../src/commands/authorization/policy.ts';
import { auditTrail } from '../../src/commands/messages/audit-trail.ts';
import { revokeYes } from '../../src/commands/revoke.ts';
import type { Tools } from '../../src/commands/routing/command.ts';
import { type Route, route, routeButton } from '../../src/commands/routing/router.ts';
import type { Desk, Grant, Revocation } from '../../src/engine/service/cluster-service-types.ts';
import { someOffers } from '../fixtures/compute-catalog.ts';
import { asker, channel, defaults } from '../fixtures/run.ts';

const at = { by: asker, channel };
const ada = { team: asker.team, user: 'U0000ADA0' };
const grant: Grant = {
  id: '3f9a12bc45de',
  to: ada,
  commonName: 'slack:T1:U0000ADA0',
  issuedAt: new Date('2026-01-05T12:00:00Z'),
  endsAt: new Date('2026-01-06T12:00:00Z'),
};

/** What the desk is asked, and what is shown of its answer. */
async function carriedOut(routed: Route | undefined, answer: Revocation): Promise<{ asked: unknown[]; shown: string }> {
  if (!routed || !('later' in routed)) throw new Error('not routed to work');
  const asked: unknown[] = [];
  const desk = {
    async revoke(...words: unknown[]) {
      asked.push(...words);
      return answer;
    },
  } as unknown as Desk;
  const tools: Tools = { desk, defaults: defaults(), policy: everybody, offers: someOffers() };
  return { asked, shown: JSON.stringify(await routed.later(tools)) };
}

const done: Revocation = { revoked: [grant], reached: true };

describe('revoke', () => {
  test.each([
    ['revoke demo', asker, undefined],
    ['revoke demo <@U0000ADA0|ada>', ada, undefined],
    ['revoke demo <@U0000ADA0>', ada, undefined],
    ['revoke demo U0000ADA0 --only 3f9a12bc45de', ada, '3f9a12bc45de'],
    ['revoke demo --only 3f9a12bc45de', asker, '3f9a12bc45de'],
  ])('%s', async (text, of, only) => {
    const routed = route(text, at, defaults());
    expect(routed).toMatchObject({ needs: { revokes: of } });
    const { asked, shown } = await carriedOut(routed, done);
    expect(asked).toEqual(['demo', { of, by: asker, grant: only }]);
    expect(shown).toContain('can do nothing any more');
  });

  test.each(['revoke', 'revoke demo @ada', 'revoke demo ada', 'revoke demo --only 12', 'revoke demo <@U1|a> more'])(
    '%j is not understood',
    (text) => expect(route(text, at, defaults())).toHaveProperty('now'),
  );

  test.each([
    [{ revoked: [grant], reached: false }, 'does not answer', '/kthw revoke demo'],
    [{ revoked: [], reached: true }, 'has no kubeconfig', '/kthw kubeconfig demo'],
    [{ unknown: true }, 'There is no cluster', '/kthw list'],
  ] as const)('says what came of it, and what to do next: %j', async (answer, said, next) => {
    const { shown } = await carriedOut(route('revoke demo', at, defaults()), answer);
    expect(shown).toContain(said);
    expect(shown).toContain(next);
  });
});

test('each kubeconfig that works has a button in the audit trail, which ends that one and needs what it takes', async () => {
  const { blocks } = auditTrail('demo', [], [grant], revokeYes.id);
  const [value] = blocks.flatMap((one) =>
    'accessory' in one && one.accessory?.type === 'button' ? one.accessory.value : [],
  );
  const routed = routeButton(revokeYes.id, value, at);
  expect(routed).toMatchObject({ needs: { revokes: ada } });
  const { asked } = await carriedOut(routed as Route, done);
  expect(asked).toEqual(['demo', { of: ada, by: asker, grant: grant.id }]);
});
