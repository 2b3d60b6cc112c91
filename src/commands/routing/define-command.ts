import type { ArgsSchema, Button, Command, Modal } from './command.ts';

/** Type-checks `run` against the arguments, then erases their type for the registry. */
export function defineCommand<A extends ArgsSchema>(command: Command<A>): Command {
  return command as unknown as Command;
}

export function defineButton<V>(button: Button<V>): Button {
  return button as unknown as Button;
}

export function defineModal<V>(modal: Modal<V>): Modal {
  return modal as unknown as Modal;
}
