import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import type { Command } from '../app/api-types.ts';
import { Icon } from './icon.tsx';

interface ComposerProps {
  readonly placeholder: string;
  /** @returns whether it was taken; what was not comes back into the box */
  send(text: string): Promise<boolean>;
  readonly commands: readonly Command[];
  /** Under which what was sent is remembered, for the arrow keys. */
  readonly historyKey: string;
}

const kept = 100;

/** Where messages and commands are typed: Enter sends, Shift+Enter breaks the line, arrows bring back what was sent. */
export function Composer({ placeholder, send, commands, historyKey }: ComposerProps) {
  const box = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const [back, setBack] = useState(0);
  const [underWay, setUnderWay] = useState(0);
  const hints = hintsFor(text, commands);
  const isChoosing = hints.length > 0 && !text.includes(' ');
  useEffect(() => box.current?.focus({ preventScroll: true }), []);

  const submit = async () => {
    const sent = text.trim();
    if (sent === '') return;
    remember(historyKey, sent);
    write('');
    setUnderWay((count) => count + 1);
    const taken = await send(sent);
    setUnderWay((count) => count - 1);
    if (!taken) setText((now) => now || sent);
  };
  const write = (next: string, steps = 0) => {
    setText(next);
    setChosen(0);
    setBack(steps);
  };
  const recall = (steps: number) => {
    const past = history(historyKey);
    if (steps < 0 || steps > past.length) return false;
    write(steps === 0 ? '' : (past.at(-steps) ?? ''), steps);
    return true;
  };
  const press = (event: KeyboardEvent) => {
    const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      void submit();
    } else if (event.key === 'Tab' && !event.shiftKey && isChoosing) {
      event.preventDefault();
      write(`${hints[chosen]?.command ?? text} `);
    } else if (event.key === 'Escape' && text !== '') {
      event.stopPropagation();
      write('');
    } else if (way !== undefined && hints.length > 1 && isChoosing) {
      event.preventDefault();
      setChosen((chosen - way + hints.length) % hints.length);
    } else if (way !== undefined && !text.includes('\n') && (text === '' || back > 0) && recall(back + way)) {
      event.preventDefault();
    }
  };
  return (
    <div className="composer">
      {hints.length > 0 && (
        <div className="command-hints" id={`${id}-hints`}>
          {hints.map(({ command, usage = '', description = '' }, index) => (
            <button
              type="button"
              key={command}
              className={isChoosing && index === chosen ? 'command-hint chosen' : 'command-hint'}
              onClick={() => {
                write(`${command} `);
                box.current?.focus();
              }}
            >
              <strong>{command}</strong> <span className="muted">{usage}</span>
              <span className="muted description">{description}</span>
            </button>
          ))}
        </div>
      )}
      <div className="composer-box">
        <textarea
          ref={box}
          rows={Math.min(8, text.split('\n').length)}
          value={text}
          placeholder={placeholder}
          aria-label={placeholder}
          aria-describedby={hints.length > 0 ? `${id}-hints` : undefined}
          spellCheck={false}
          onChange={({ target }) => write(target.value)}
          onKeyDown={press}
        />
        <button
          type="button"
          className="send"
          aria-label="Send"
          aria-busy={underWay > 0}
          disabled={text.trim() === ''}
          onClick={() => void submit()}
        >
          <Icon name="send" />
        </button>
      </div>
    </div>
  );
}

/** The commands that what was typed may become. */
function hintsFor(text: string, commands: readonly Command[]): readonly Command[] {
  const typed = /^\/\S*/.exec(text)?.[0];
  if (typed === undefined) return [];
  return commands.filter(({ command }) => (text.includes(' ') ? command === typed : command.startsWith(typed)));
}

function history(key: string): readonly string[] {
  return JSON.parse(sessionStorage.getItem(key) ?? '[]') as string[];
}

function remember(key: string, text: string): void {
  sessionStorage.setItem(key, JSON.stringify([...history(key), text].slice(-kept)));
}
