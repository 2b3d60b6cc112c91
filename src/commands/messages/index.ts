/**
 * All renderers of messages, modals and Home tabs. Each one needs samples in `local/gallery/samples`, which tests check
 * against Slack's limits and the vocabulary: a renderer without samples doesn't compile.
 */
export { renderApprovalRequest } from './approval-request.ts';
export { renderAuditFileComment, renderAuditFileSent } from './audit-file.ts';
export { renderAuditTrail } from './audit-trail.ts';
export { renderChapterPause, renderPauseResult } from './chapter-pause.ts';
export { renderChartUnavailable, renderDmUnavailable } from './chart-unavailable.ts';
export { renderClusterList, renderUnknownCluster } from './cluster-list.ts';
export { renderConflictCard } from './conflict-card.ts';
export { renderCreateFormOpened, renderCreateFormPrompt } from './create-form-prompt.ts';
export { renderCreateModal } from './create-modal.ts';
export { renderDecision } from './decision.ts';
export { renderDeleteCancelled, renderDeleteConfirmation, renderDeleteModalOpened } from './delete-confirmation.ts';
export { renderDeleteModal } from './delete-modal.ts';
export { renderDenial, renderDenialModal } from './denial.ts';
export { renderDiagnosisCard } from './diagnosis-card.ts';
export { renderDoctorReport } from './doctor-report.ts';
export { renderExpiryReminder, renderExtensionResult } from './expiry-reminder.ts';
export { renderCommandHelp, renderHelpOverview } from './help.ts';
export { renderHomeMessage, renderHomeMessageForNonMember } from './home-message.ts';
export { renderHomeTab } from './home-tab.ts';
export { renderInvalidArguments } from './invalid-arguments.ts';
export { type KubeconfigEnd, renderKubeconfigEnd } from './kubeconfig-end.ts';
export { renderKubeconfigFileComment } from './kubeconfig-file.ts';
export {
  renderKubeconfigSentReply,
  renderKubeconfigUnavailableReply,
  renderKubeconfigWithdrawnReply,
} from './kubeconfig-reply.ts';
export { renderMissingParts } from './missing-parts.ts';
export { renderNothingToSubmit } from './nothing-to-submit.ts';
export { renderPhaseCommandsLoading, renderPhaseCommandsModal } from './phase-commands-modal.ts';
export { renderPhaseResult } from './phase-result.ts';
export { renderLoadingModal, renderReplyModal } from './reply-modal.ts';
export { renderRevocation } from './revocation.ts';
export { renderRunAction } from './run-action.ts';
export { renderRunFaultCard } from './run-fault-card.ts';
export { renderRunResult } from './run-result.ts';
export { renderRunSummary } from './run-summary.ts';
export { renderStartResult } from './start-result.ts';
export { renderStatus } from './status.ts';
export {
  renderDeferredStepErrorCard,
  renderFailedStepErrorCard,
  renderRetriedStepErrorCard,
} from './step-error-card.ts';
export { renderLostSteps, renderStepLog } from './step-log.ts';
export { renderStoreUnavailable, renderUnexpectedError } from './store-unavailable.ts';
export { renderClusterMapComment, renderTimelineComment } from './timeline-comment.ts';
