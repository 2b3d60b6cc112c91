import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import type { SlashCommand } from '../app/api-types.ts';
import { Icon } from './icon.tsx';

interface ComposerProps {
  readonly placeholder: string;
  /** @returns whether the text was accepted; rejected text returns to the input box */
  send(text: string): Promise<boolean>;
  readonly commands: readonly SlashCommand[];
  /** Storage key of the input history that the arrow keys navigate. */
  readonly historyKey: string;
}

const maxHistoryLength = 100;

/** The message input. Enter sends, Shift+Enter inserts a line break, the arrow keys recall sent text. */
export function Composer({ placeholder, send, commands, historyKey }: ComposerProps) {
  const textarea = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const [text, setText] = useState('');
  const [selectedIndex, setSelectedIndex] = useState(0);
  const [historyOffset, setHistoryOffset] = useState(0);
  const [pendingCount, setPendingCount] = useState(0);
  const hints = findHints(text, commands);
  const isChoosing = hints.length > 0 && !text.includes(' ');
  useEffect(() => textarea.current?.focus({ preventScroll: true }), []);

  const submit = async () => {
    const submitted = text.trim();
    if (submitted === '') return;
    addToHistory(historyKey, submitted);
    changeText('');
    setPendingCount((count) => count + 1);
    const isAccepted = await send(submitted);
    setPendingCount((count) => count - 1);
    if (!isAccepted) setText((now) => now || submitted);
  };
  const changeText = (next: string, steps = 0) => {
    setText(next);
    setSelectedIndex(0);
    setHistoryOffset(steps);
  };
  const recall = (steps: number) => {
    const entries = readHistory(historyKey);
    if (steps < 0 || steps > entries.length) return false;
    changeText(steps === 0 ? '' : (entries.at(-steps) ?? ''), steps);
    return true;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const direction = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      void submit();
    } else if (event.key === 'Tab' && !event.shiftKey && isChoosing) {
      event.preventDefault();
      changeText(`${hints[selectedIndex]?.command ?? text} `);
    } else if (event.key === 'Escape' && text !== '') {
      event.stopPropagation();
      changeText('');
    } else if (direction !== undefined && hints.length > 1 && isChoosing) {
      event.preventDefault();
      setSelectedIndex((selectedIndex - direction + hints.length) % hints.length);
    } else if (
      direction !== undefined &&
      !text.includes('\n') &&
      (text === '' || historyOffset > 0) &&
      recall(historyOffset + direction)
    ) {
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
              className={isChoosing && index === selectedIndex ? 'command-hint chosen' : 'command-hint'}
              onClick={() => {
                changeText(`${command} `);
                textarea.current?.focus();
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
          ref={textarea}
          rows={Math.min(8, text.split('\n').length)}
          value={text}
          placeholder={placeholder}
          aria-label={placeholder}
          aria-describedby={hints.length > 0 ? `${id}-hints` : undefined}
          spellCheck={false}
          onChange={({ target }) => changeText(target.value)}
          onKeyDown={onKeyDown}
        />
        <button
          type="button"
          className="send"
          aria-label="Send"
          aria-busy={pendingCount > 0}
          disabled={text.trim() === ''}
          onClick={() => void submit()}
        >
          <Icon name="send" />
        </button>
      </div>
    </div>
  );
}

/** The slash commands that match the typed text. */
function findHints(text: string, commands: readonly SlashCommand[]): readonly SlashCommand[] {
  const prefix = /^\/\S*/.exec(text)?.[0];
  if (prefix === undefined) return [];
  return commands.filter(({ command }) => (text.includes(' ') ? command === prefix : command.startsWith(prefix)));
}

function readHistory(key: string): readonly string[] {
  return JSON.parse(sessionStorage.getItem(key) ?? '[]') as string[];
}

function addToHistory(key: string, text: string): void {
  sessionStorage.setItem(key, JSON.stringify([...readHistory(key), text].slice(-maxHistoryLength)));
}
