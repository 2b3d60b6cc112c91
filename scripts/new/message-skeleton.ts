import { insertImport, insertSortedLine } from './insert-line.ts';
import type { Names } from './names.ts';
import type { Skeleton } from './skeleton.ts';

const cataloguePath = 'src/commands/messages/message-catalogue.ts';
const samplesPath = 'local/gallery/samples/replies.ts';

/** A message about a cluster, with its line in the catalogue and a sample. */
export function buildMessageSkeleton({ kebab, pascal, title }: Names): Skeleton {
  const path = `src/commands/messages/${kebab}.ts`;
  const render = `render${pascal}`;
  return {
    newFiles: {
      [path]: `import type { Message } from '../routing/command.ts';
import { buildMessage } from './blocks.ts';
import { formatCode } from './code.ts';
import { md } from './markdown.ts';

export function ${render}(cluster: string): Message {
  return buildMessage(md\`${title}: \${formatCode(cluster)}\`);
}
`,
    },
    edits: {
      [cataloguePath]: (text) => addToCatalogue(insertImport(text, render, kebab), `  ${render},`),
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

function addToCatalogue(text: string, line: string): string {
  const start = text.indexOf('messageCatalogue = {');
  const isEntry = (each: string) => /^ {2}render\w+,$/.test(each);
  return text.slice(0, start) + insertSortedLine(text.slice(start), line, isEntry);
}
