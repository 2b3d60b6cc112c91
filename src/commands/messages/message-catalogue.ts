import { renderApprovalRequest } from './approval-request.ts';
import { renderAuditFileComment, renderAuditFileSent } from './audit-file.ts';
import { renderAuditTrail } from './audit-trail.ts';
import { renderChapterPause, renderPauseResult } from './chapter-pause.ts';
import { renderChartUnavailable } from './chart-unavailable.ts';
import { renderClusterList } from './cluster-list.ts';
import { renderClusterMapComment } from './cluster-map-comment.ts';
import { renderConflictCard } from './conflict-card.ts';
import { renderCreateFormOpened, renderCreateFormPrompt } from './create-form-prompt.ts';
import { renderCreateModal } from './create-modal.ts';
import { renderDecision } from './decision.ts';
import { renderDeleteCancelled, renderDeleteConfirmation, renderDeleteModalOpened } from './delete-confirmation.ts';
import { renderDeleteModal } from './delete-modal.ts';
import { renderDenial, renderDenialModal } from './denial.ts';
import { renderDiagnosisCard } from './diagnosis-card.ts';
import { renderDmUnavailable } from './dm-unavailable.ts';
import { renderDoctorReport } from './doctor-report.ts';
import { renderExpiryReminder, renderExtensionResult } from './expiry-reminder.ts';
import { renderCommandHelp, renderHelpOverview } from './help.ts';
import { renderHomeMessage, renderHomeMessageForNonMember } from './home-message.ts';
import { renderHomeTab } from './home-tab.ts';
import { renderInvalidArguments } from './invalid-arguments.ts';
import { renderKubeconfigFileComment } from './kubeconfig-file.ts';
import { renderKubeconfigSentReply, renderKubeconfigUnavailableReply } from './kubeconfig-reply.ts';
import { renderNothingToSubmit } from './nothing-to-submit.ts';
import { renderPhaseCommandsLoading, renderPhaseCommandsModal } from './phase-commands-modal.ts';
import { renderPhaseResult } from './phase-result.ts';
import { renderLoadingModal, renderReplyModal } from './reply-modal.ts';
import { renderRevocation } from './revocation.ts';
import { renderRunAction } from './run-action.ts';
import { renderRunResult } from './run-result.ts';
import { renderRunSummary } from './run-summary.ts';
import { renderStartResult } from './start-result.ts';
import { renderStatus } from './status.ts';
import {
  renderDeferredStepErrorCard,
  renderFailedStepErrorCard,
  renderRetriedStepErrorCard,
} from './step-error-card.ts';
import { renderStepLog } from './step-log.ts';
import { renderStoreUnavailable } from './store-unavailable.ts';
import { renderTimelineComment } from './timeline-comment.ts';
import { renderUnexpectedError } from './unexpected-error.ts';
import { renderUnknownCluster } from './unknown-cluster.ts';

/**
 * All renderers of messages, modals and Home tabs. Each one needs samples in `local/gallery/samples`, which tests check
 * against Slack's limits and the vocabulary: a renderer without samples doesn't compile.
 */
export const messageCatalogue = {
  renderApprovalRequest,
  renderAuditFileComment,
  renderAuditFileSent,
  renderAuditTrail,
  renderChapterPause,
  renderChartUnavailable,
  renderClusterList,
  renderClusterMapComment,
  renderCommandHelp,
  renderConflictCard,
  renderCreateFormOpened,
  renderCreateFormPrompt,
  renderCreateModal,
  renderDecision,
  renderDeferredStepErrorCard,
  renderDeleteCancelled,
  renderDeleteConfirmation,
  renderDeleteModal,
  renderDeleteModalOpened,
  renderDenial,
  renderDenialModal,
  renderDiagnosisCard,
  renderDmUnavailable,
  renderDoctorReport,
  renderExpiryReminder,
  renderExtensionResult,
  renderFailedStepErrorCard,
  renderHelpOverview,
  renderHomeMessage,
  renderHomeMessageForNonMember,
  renderHomeTab,
  renderInvalidArguments,
  renderKubeconfigFileComment,
  renderKubeconfigSentReply,
  renderKubeconfigUnavailableReply,
  renderLoadingModal,
  renderNothingToSubmit,
  renderPauseResult,
  renderPhaseCommandsLoading,
  renderPhaseCommandsModal,
  renderPhaseResult,
  renderReplyModal,
  renderRetriedStepErrorCard,
  renderRevocation,
  renderRunAction,
  renderRunResult,
  renderRunSummary,
  renderStartResult,
  renderStatus,
  renderStepLog,
  renderStoreUnavailable,
  renderTimelineComment,
  renderUnexpectedError,
  renderUnknownCluster,
};

export type MessageCatalogue = typeof messageCatalogue;
export type MessageName = keyof MessageCatalogue;
