import { parseArguments, tokenize } from '../arguments/parse-arguments.ts';
import { suggest } from '../arguments/suggest.ts';
import type { Message } from '../messages/blocks.ts';
import { renderInvalidArguments } from '../messages/index.ts';
import type { CreateDefaults } from './command.ts';
import { commandRegistry } from './command-registry.ts';
import type { RequestSubject } from './resolve-channel.ts';
import type { ModalRoute, RequestOrigin, Route } from './route.ts';

/** Bounds the work before the acknowledgement. A create with all flags and 50 SSH ranges has about 1,400 characters. */
const maxTextLength = 2_000;
const maxWords = 100;

/** Routes the text after `/kthw`. */
export function routeCommand(text: string, origin: RequestOrigin, defaults: CreateDefaults): Route {
  const [name = 'help', ...words] = text.length > maxTextLength ? [] : tokenize(text);
  if (text.length > maxTextLength || words.length > maxWords) {
    const problem = `the command is too long; use at most ${maxTextLength} characters and ${maxWords} words`;
    return { immediateReply: { message: renderInvalidArguments([problem], [], '/kthw help') } };
  }
  const command = commandRegistry.find((one) => one.name === name.toLowerCase());
  if (!command) return { immediateReply: { message: renderUnknownCommand(name) } };
  if (words.includes('--help') || words.includes('-h')) return routeCommand(`help ${command.name}`, origin, defaults);
  const parsed = parseArguments(command, words, defaults);
  if ('problems' in parsed) {
    const message = renderInvalidArguments(parsed.problems, command.examples, `/kthw help ${command.name}`);
    return { immediateReply: { message } };
  }
  const request = { args: parsed.args, ...origin };
  if ('respond' in command) return { immediateReply: command.respond(request, commandRegistry, defaults) };
  return {
    subject: getNamedCluster(parsed.args),
    permission: typeof command.permission === 'function' ? command.permission(request) : command.permission,
    execute: (deps) => command.run(request, deps),
  };
}

function getNamedCluster(args: Readonly<Record<string, unknown>>): RequestSubject {
  return typeof args.name === 'string' ? { cluster: args.name } : {};
}

/** Routes a command without arguments to its modal, if it has one. `fallbackMessage` is for callers without a trigger. */
export function routeBareCommand(
  text: string,
  { channel }: RequestOrigin,
): (ModalRoute & { readonly fallbackMessage: Message }) | undefined {
  if (text.length > maxTextLength) return undefined;
  const [name, ...words] = tokenize(text);
  const command = commandRegistry.find((one) => one.name === name?.toLowerCase());
  const bareModal = command?.interactions?.modalWithoutArgs;
  if (!bareModal || words.length > 0) return undefined;
  return {
    openModal: (deps) => bareModal.openModal(channel, deps),
    fallbackMessage: bareModal.fallbackMessage,
  };
}

function renderUnknownCommand(name: string): Message {
  const suggestion = suggest(
    name,
    commandRegistry.map((one) => one.name),
  );
  const problem = `unknown command \`${name}\`${suggestion ? `; did you mean \`${suggestion}\`?` : ''}`;
  const examples = commandRegistry.find((one) => one.name === suggestion)?.examples ?? [];
  return renderInvalidArguments([problem], examples, '/kthw help');
}
