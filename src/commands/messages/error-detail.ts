import type { RunView } from '../../engine/service/cluster-service.ts';
import type { StepError } from '../../store/step-error.ts';
import { type Markdown, md } from './markdown.ts';

export function formatErrorDetail({ detail }: StepError): Markdown[] {
  return detail === undefined ? [] : [md`Details: ${md.code(detail)}`];
}

/** Adds the cluster name to commands: the error catalogue doesn't know it. */
export function formatNextAction(text: string, { cluster }: RunView): Markdown {
  return md.codeSpans(text, (command) =>
    /^\/kthw (resume|delete|create|status|doctor)$/.test(command) ? `${command} ${cluster}` : command,
  );
}
