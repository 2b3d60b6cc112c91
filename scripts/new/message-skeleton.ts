import { insertExport } from './insert-line.ts';
import type { Names } from './names.ts';
import type { Skeleton } from './skeleton.ts';

const samplesPath = 'local/gallery/samples/replies.ts';

/** A message about a cluster, with its line in the catalogue and a sample. */
export function buildMessageSkeleton({ kebab, pascal, title }: Names): Skeleton {
  const path = `src/commands/messages/${kebab}.ts`;
  const render = `render${pascal}`;
  return {
    newFiles: {
      [path]: `import { buildMessage, type Message } from './blocks.ts';
import { md } from './markdown.ts';

export function ${render}(cluster: string): Message {
  return buildMessage(md\`${title}: \${md.code(cluster)}\`);
}
`,
    },
    edits: {
      'src/commands/messages/index.ts': (text) => insertExport(text, render, kebab),
      [samplesPath]: (text) =>
        text.replace(
          /^\} satisfies /m,
          `  ${render}: { group: 'Replies', surface: 'ephemeral', states: { '${kebab.replaceAll('-', ' ')}': ['demo'] } },\n$&`,
        ),
    },
    nextSteps: [
      `Write the message in ${path}. Return buildMessage(…) with blocks of blocks.ts.`,
      `Move its sample from ${samplesPath} to the file of its group, and add a sample for each state.`,
      'Write its snapshot and review it: npx vitest run test/commands/messages/samples.test.ts',
    ],
  };
}
