import { insertImport } from './insert-line.ts';
import type { Names } from './names.ts';
import type { Skeleton } from './skeleton.ts';

/** A phase with one host step per instance, which writes a file. */
export function buildPhaseSkeleton({ kebab, camel, title }: Names): Skeleton {
  const path = `src/engine/phases/${kebab}.ts`;
  return {
    newFiles: {
      [path]: `import { definePhase } from '../steps/cluster-step.ts';
import { hostStep } from '../steps/host-step.ts';
import { instanceStepHandle } from '../workflow/step-handle.ts';
import { verifiedHostKey } from './ssh-host-keys.ts';

export const ${camel}Step = instanceStepHandle('${kebab}');

/** ${title}: a file on each instance. */
export const ${camel} = definePhase({
  name: '${kebab}',
  title: '${title}',
  chapter: 9,
  steps: (cluster) =>
    cluster.instances.map((instance) =>
      hostStep({
        handle: ${camel}Step.on(instance),
        title: \`${title} on \${instance.name}\`,
        instance,
        dependsOn: [verifiedHostKey.on(instance)],
        files: () => [{ path: '/etc/kthw/${kebab}', content: '${kebab}\\n', mode: 0o644 }],
      }),
    ),
});
`,
    },
    edits: { 'src/engine/phases/index.ts': (text) => addToPhases(insertImport(text, camel, kebab), camel) },
    nextSteps: [
      `Describe the phase in ${path}: doc comment, title, chapter.`,
      'Move its line in src/engine/phases/index.ts to its place in the tutorial.',
      'Write its steps, and list the handles of the steps that they depend on.',
      `Run its laws: npx vitest run test/engine/phases/phase-laws.test.ts -t 'phase ${kebab}'`,
    ],
  };
}

/** Before the last phase, which disables SSH access. */
function addToPhases(text: string, phase: string): string {
  return text.replace(/^ {2}\w+,\n\];$/m, `  ${phase},\n$&`);
}
