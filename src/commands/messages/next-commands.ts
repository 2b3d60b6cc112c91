import type { RunView } from '../../engine/service/cluster-service.ts';
import { type Markdown, md } from './markdown.ts';

/** Commands that help in the current status of a run. */
export function formatNextCommands(view: RunView, isAwaitingApproval = false): Markdown {
  const formatCommand = (command: string) => md.code(`/kthw ${command} ${view.cluster}`);
  switch (view.outcome) {
    case undefined:
      if (view.cancelRequested) return md`In-progress steps will finish first · ${formatCommand('status')}`;
      if (view.pausedAfterChapter !== undefined)
        return md`Continue in the thread or with ${formatCommand('status')} · ${formatCommand('cancel')} cancels the run`;
      return isAwaitingApproval
        ? md`Approve in the thread or with ${formatCommand('status')} · ${formatCommand('cancel')} cancels the run`
        : md`${formatCommand('status')} · ${formatCommand('cancel')} cancels after in-progress steps`;
    case 'failed':
    case 'cancelled':
      if (!view.canResume)
        return view.hasChanges
          ? md`${formatCommand('status')} shows the current state`
          : md`The cluster was not changed by this run · ${formatCommand('status')}`;
      return md`${formatCommand('resume')} resumes from here · ${formatCommand('delete')} deletes existing resources`;
    case 'succeeded':
      return view.canResume
        ? md`${formatCommand('resume')} retries the deferred steps · ${formatCommand('status')}`
        : formatCommandsAfterSuccess(view, formatCommand);
    default:
      return view.outcome satisfies never;
  }
}

function formatCommandsAfterSuccess(
  { cluster, operation }: RunView,
  formatCommand: (command: string) => Markdown,
): Markdown {
  const auditHint = md`${formatCommand('audit')} shows the audit log`;
  switch (operation) {
    case 'delete':
      return md`All resources deleted. ${md.code(`/kthw create ${cluster}`)} recreates it · ${auditHint}`;
    case 'rebuild':
    case 'resize':
      return md`Existing kubeconfigs remain valid · ${formatCommand('smoke')} runs the smoke test · ${auditHint}`;
    case 'scale':
      return md`${formatCommand('status')} · ${auditHint}`;
    default:
      return md`${formatCommand('kubeconfig')} gets credentials · ${formatCommand('smoke')} runs the smoke test`;
  }
}
