import type { Person } from '../../model/person.ts';
import { Icon } from '../components/icon.tsx';

const hueCount = 6;

/** A coloured square with a user's initials; the app has a wheel icon. */
export function Avatar({ person, small = false }: { person: Person | undefined; small?: boolean }) {
  const name = person?.realName ?? '?';
  const initials = name
    .split(' ')
    .map((word) => word[0])
    .join('')
    .slice(0, 2)
    .toUpperCase();
  const hue = [...(person?.id ?? '')].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % hueCount;
  return (
    <span className={`avatar ${small ? 'small' : ''} hue-${person?.isBot ? 'bot' : hue}`} aria-hidden="true">
      {person?.isBot ? <Icon name="helm" /> : initials}
    </span>
  );
}
