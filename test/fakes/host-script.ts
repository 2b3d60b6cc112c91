/**
 * Kinds of the engine's host scripts: compare files and run the check, record written files, run the apply script, test
 * whether files exist, remove. `run` is every other command.
 */
export type HostScriptKind = 'probe' | 'manifest' | 'apply' | 'exists' | 'remove' | 'run';

/** Classifies a script by its fixed parts. The fake host runs no shell, so this is all that it understands. */
export function classifyHostScript(script: string, step: string | undefined): HostScriptKind {
  if (script.startsWith('while read -r want path')) return 'probe';
  if (script.startsWith('while read -r path; do if [ -e')) return 'exists';
  if (script.endsWith('while read -r path; do rm -f "$path"; done')) return 'remove';
  if (script.includes('cat >> /var/lib/kthw/managed-files.sha256')) return 'manifest';
  return step === undefined ? 'run' : 'apply';
}

/** The step's `checkScript` inside a probe; `true` for a step without one. @throws Error when the probe has another form */
export function parseCheckScript(probe: string): string {
  const [, check] =
    /^while read -r want path[\s\S]*if output=\$\( \( ([\s\S]*) \) 2>&1 \); then echo works; printf [^\n]*; fi$/.exec(
      probe,
    ) ?? [];
  if (check === undefined) throw new Error(`the fake host does not recognise this probe:\n${probe}`);
  return check;
}

/** What is wrong with a step whose batch applies nothing that could satisfy its check, or undefined. */
export function findUnsatisfiableCheck(step: string, scripts: readonly string[]): string | undefined {
  const kinds = scripts.map((script) => classifyHostScript(script, step));
  const probe = scripts[kinds.indexOf('probe')];
  if (probe === undefined || parseCheckScript(probe) === 'true' || kinds.includes('apply')) return undefined;
  return `step ${step} has a checkScript but no applyScript, so its check can never pass on the fake host: add an applyScript that satisfies it, or remove the check`;
}
