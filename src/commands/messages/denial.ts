import type { ModalView } from '@slack/types';
import type { BudgetProblem } from '../../engine/service/budgets/budgets.ts';
import type { Denial } from '../authorization/find-denial.ts';
import { block, buildMessage, type Message } from './blocks.ts';
import { formatTtl } from './budgets.ts';
import { formatCount } from './count.ts';
import { type Markdown, md } from './markdown.ts';

/** Why a request was denied, and who can make it. */
export function renderDenial(denial: Denial): Message {
  const text = formatDenialReason(denial);
  return buildMessage(
    md`🚫 ${text}. Nothing was changed`,
    block.section(md`🚫 ${text}.`),
    block.context(formatNextAction(denial)),
  );
}

/** Replaces a modal that the user isn't allowed to submit. */
export function renderDenialModal(denial: Denial): ModalView {
  return {
    type: 'modal',
    title: { type: 'plain_text', text: 'Not allowed' },
    close: { type: 'plain_text', text: 'Close' },
    blocks: [...renderDenial(denial).blocks],
  };
}

function formatDenialReason(denial: Denial): Markdown {
  switch (denial.reason) {
    case 'foreign-team':
      return md`kthw is not enabled for your organization`;
    case 'channel':
      return md`kthw is not enabled in this channel`;
    case 'home-channel':
      return md`This cluster can be used only in ${md.channel(denial.homeChannel)}`;
    case 'guest':
      return md`kthw is not enabled for guests`;
    case 'shared-channel':
      return md`kthw is not enabled in channels that are shared with another workspace or organization`;
    case 'unknown-audience':
      return denial.subject === 'person'
        ? md`Slack didn't confirm that you're a member of this workspace, so the request was denied`
        : md`Slack didn't confirm that this channel is not shared, so the request was denied`;
    case 'not-a-creator':
      return md`You have read-only access`;
    case 'not-an-approver':
      return md`You're not an approver for this request`;
    case 'role':
      return md`You can't get a kubeconfig with role ${md.code(denial.role)}`;
    case 'not-yours':
      return md`You can only revoke your own kubeconfigs`;
    case 'own-request':
      return md`You requested or resumed this run, so someone else must approve it`;
    case 'budget':
      return formatBudgetProblem(denial.problem);
    case 'too-many':
      return md`This deletes ${formatCount(denial.deletionCount, 'instance')}; the limit is ${denial.limit} per run`;
    case 'unreadable':
      return md`Can't read the members of ${md.mentions([denial])}, so the request was denied`;
    default:
      return denial satisfies never;
  }
}

function formatNextAction(denial: Denial): Markdown {
  const unchangedNotice = md`Nothing was changed.`;
  switch (denial.reason) {
    case 'foreign-team':
      return md`${unchangedNotice} An administrator can add it to ${md.code('KTHW_FOREIGN_TEAMS')}`;
    case 'channel':
      return denial.allowedChannels.length > 0
        ? md`${unchangedNotice} Try again in ${md.join(denial.allowedChannels.map(md.channel), ', ')}`
        : unchangedNotice;
    case 'home-channel':
      return md`${unchangedNotice} Try again there. An administrator can add this channel to ${md.code('KTHW_CLUSTER_CHANNELS')}`;
    case 'guest':
      return md`${unchangedNotice} An administrator can add you to ${md.code('KTHW_GUESTS')}`;
    case 'shared-channel': {
      const remedy = md`An administrator can add this channel to ${md.code('KTHW_SHARED_CHANNELS')}`;
      return denial.allowedChannels.length > 0
        ? md`${unchangedNotice} Try again in ${md.join(denial.allowedChannels.map(md.channel), ', ')}. ${remedy}`
        : md`${unchangedNotice} ${remedy}`;
    }
    case 'unknown-audience': {
      const check =
        denial.subject === 'person'
          ? md`that the app has the scope ${md.code('users:read')}`
          : md`that the app is in this channel and has the scopes ${md.code('channels:read')} and ${md.code('groups:read')}`;
      return md`${unchangedNotice} Try again in a minute. If it fails again, an administrator can check ${check}`;
    }
    case 'not-a-creator':
      return md`${unchangedNotice} ${md.mentions(denial.allowed)} can create and change clusters; everyone can use ${md.code('/kthw list')} and ${md.code('/kthw status')}`;
    case 'role': {
      const alternative =
        denial.requestableRoles.length > 0
          ? md`You can get ${md.join(denial.requestableRoles.map(md.code), ', ')} with ${md.code('--role')}`
          : md`An administrator can change ${md.code('KTHW_KUBECONFIG_ROLES')}`;
      return denial.allowed.length > 0
        ? md`${unchangedNotice} ${md.mentions(denial.allowed)} can. ${alternative}`
        : md`${unchangedNotice} ${alternative}`;
    }
    case 'not-yours':
      return md`${unchangedNotice} ${md.mentions(denial.allowed)} can revoke it; ${md.code('/kthw revoke')} revokes your own`;
    case 'not-an-approver':
    case 'own-request':
      return md`${unchangedNotice} ${md.mentions(denial.allowed)} can approve it here, in the thread or with ${md.code('/kthw status')}`;
    case 'budget':
      return md`${unchangedNotice} ${formatBudgetRemedy(denial.problem)}`;
    case 'too-many':
      return md`${unchangedNotice} Delete fewer at a time, or ask an administrator to raise ${md.code('KTHW_MAX_DELETIONS')}`;
    case 'unreadable':
      return md`${unchangedNotice} Try again in a minute. If it fails again, the app is missing scope ${md.code('usergroups:read')} or the group was deleted`;
    default:
      return denial satisfies never;
  }
}

function formatBudgetProblem(problem: BudgetProblem): Markdown {
  switch (problem.limit) {
    case 'clusters':
      return md`The limit of ${formatCount(problem.max, 'cluster')} is reached`;
    case 'vcpus':
      return md`All clusters together would have ${formatCount(problem.total, 'vCPU')}; the limit is ${problem.max}`;
    case 'machineFamilies':
      return md`The machine type ${md.code(problem.machineType)} is not allowed; allowed machine series are ${problem.allowed.join(', ')}`;
    case 'maxTtl':
      return md`The cluster would expire later than ${formatTtl(problem.maxTtlMs)} after its creation, which is the limit`;
    case 'requiresTtl':
      return problem.maxTtlMs === undefined
        ? md`A new cluster needs a lifetime (TTL)`
        : md`A new cluster needs a lifetime (TTL) of at most ${formatTtl(problem.maxTtlMs)}`;
    case 'unknownSize':
      return md`Compute Engine didn't return the vCPUs of ${md.code(problem.machineType)}, so the limit can't be checked`;
    default:
      return problem satisfies never;
  }
}

function formatBudgetRemedy(problem: BudgetProblem): Markdown {
  const raise = (name: string) => md`ask an administrator to raise ${md.code(name)}`;
  switch (problem.limit) {
    case 'clusters':
      return md`Delete a cluster first, or ${raise('KTHW_MAX_CLUSTERS')}`;
    case 'vcpus':
      return md`Use fewer or smaller instances, delete a cluster first, or ${raise('KTHW_MAX_VCPUS')}`;
    case 'machineFamilies':
      return md`Choose another machine type, or ask an administrator to add its series to ${md.code('KTHW_MACHINE_FAMILIES')}`;
    case 'maxTtl':
      return md`Choose an earlier expiry, or ${raise('KTHW_MAX_TTL')}`;
    case 'requiresTtl':
      return md`Add ${md.code(`--ttl ${formatTtl(Math.min(problem.maxTtlMs ?? exampleTtlMs, exampleTtlMs))}`)}, or fill in *Lifetime (TTL)* in the form`;
    case 'unknownSize':
      return md`Try again in a minute`;
    default:
      return problem satisfies never;
  }
}

const exampleTtlMs = 8 * 3_600_000;
