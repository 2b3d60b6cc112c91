import { describe, expect, test } from 'vitest';
import { allowAllPolicy } from '../../src/commands/authorization/policy.ts';
import { renderAuditTrail } from '../../src/commands/messages/audit-trail.ts';
import { revokeButton } from '../../src/commands/revoke.ts';
import type { CommandDeps } from '../../src/commands/routing/command.ts';
import type { Route } from '../../src/commands/routing/route.ts';
import { routeButton } from '../../src/commands/routing/route-button.ts';
import { routeCommand } from '../../src/commands/routing/route-command.ts';
import type { ClusterService } from '../../src/engine/service/cluster-service.ts';
import type { Grant, RevokeResult } from '../../src/engine/service/kubeconfigs/kubeconfig-service.ts';
import { createSampleCatalog, createSampleVersions } from '../fixtures/compute-catalog.ts';
import { buildCreateDefaults, channel, testUser } from '../fixtures/run.ts';

const origin = { requester: testUser, channel };
const ada = { team: testUser.team, user: 'U0000ADA0' };
const grant: Grant = {
  id: '3f9a12bc45de',
  grantee: ada,
  commonName: 'slack:T1:U0000ADA0',
  role: 'view',
  issuedAt: new Date('2026-01-05T12:00:00Z'),
  expiresAt: new Date('2026-01-06T12:00:00Z'),
};

/** What the cluster service is asked, and what is shown of its answer. */
async function executeRoute(
  routed: Route | undefined,
  answer: RevokeResult,
): Promise<{ args: unknown[]; shown: string }> {
  if (!routed || !('execute' in routed)) throw new Error('not routed to work');
  const args: unknown[] = [];
  const clusterService = {
    async revokeKubeconfigs(...words: unknown[]) {
      args.push(...words);
      return answer;
    },
    listMissingParts: async () => [],
  } as unknown as ClusterService;
  const deps: CommandDeps = {
    clusterService,
    defaults: buildCreateDefaults(),
    policy: allowAllPolicy,
    authorize: async () => undefined,
    computeCatalog: createSampleCatalog(),
    versionCatalog: createSampleVersions(),
  };
  return { args, shown: JSON.stringify(await routed.execute(deps)) };
}

const done: RevokeResult = { revoked: [grant], isEnforced: true };

describe('revoke', () => {
  test.each([
    ['revoke demo', testUser, undefined],
    ['revoke demo <@U0000ADA0|ada>', ada, undefined],
    ['revoke demo <@U0000ADA0>', ada, undefined],
    ['revoke demo U0000ADA0 --only 3f9a12bc45de', ada, '3f9a12bc45de'],
    ['revoke demo --only 3f9a12bc45de', testUser, '3f9a12bc45de'],
  ])('%s', async (text, grantee, grantId) => {
    const routed = routeCommand(text, origin, buildCreateDefaults());
    expect(routed).toMatchObject({ permission: { kubeconfigOwner: grantee } });
    const { args, shown } = await executeRoute(routed, done);
    expect(args).toEqual(['demo', { grantee, requester: testUser, grantId }]);
    expect(shown).toContain('revoked');
  });

  test.each(['revoke', 'revoke demo @ada', 'revoke demo ada', 'revoke demo --only 12', 'revoke demo <@U1|a> more'])(
    'rejects %j',
    (text) => expect(routeCommand(text, origin, buildCreateDefaults())).toHaveProperty('immediateReply'),
  );

  test.each([
    [{ revoked: [grant], isEnforced: false }, 'is unreachable', '/kthw revoke demo'],
    [{ revoked: [], isEnforced: true }, 'has no valid kubeconfig', '/kthw kubeconfig demo'],
    [{ notFound: true }, 'not found', '/kthw list'],
  ] as const)('reports the result and the next command: %j', async (answer, text, next) => {
    const { shown } = await executeRoute(routeCommand('revoke demo', origin, buildCreateDefaults()), answer);
    expect(shown).toContain(text);
    expect(shown).toContain(next);
  });
});

test('each active kubeconfig in the audit log has a button that revokes it, with authorization', async () => {
  const { blocks } = renderAuditTrail('demo', [], [grant], revokeButton.id);
  const [value] = blocks.flatMap((one) =>
    'accessory' in one && one.accessory?.type === 'button' ? one.accessory.value : [],
  );
  const routed = routeButton(revokeButton.id, value, origin);
  expect(routed).toMatchObject({ permission: { kubeconfigOwner: ada } });
  const { args } = await executeRoute(routed as Route, done);
  expect(args).toEqual(['demo', { grantee: ada, requester: testUser, grantId: grant.id }]);
});
