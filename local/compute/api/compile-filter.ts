import { refuse } from './api-error.ts';
import { type Field, type Message, typeNamed } from './descriptors.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { readFilter, type Term } from './parse-filter.ts';

/**
 * Which of a list's resources a `filter` parameter lets through. `typeName` is their message: a field it doesn't have is
 * refused, so that a misspelt filter never silently passes all or nothing.
 * @throws ApiError 400 where the expression or a field is not one that Compute Engine knows
 */
export function filterOf(text: string, typeName: string): (resource: JsonObject) => boolean {
  const refused = (why: string) => refuse.parameter('filter', text, `Invalid list filter expression. ${why}`);
  const tree = readFilter(text, refused);
  return compile(tree, (path) => {
    if (!known(path, typeNamed(typeName) as Message)) throw refused(`Unknown field '${path.join('.')}'.`);
  });
}

function compile(term: Term, check: (path: readonly string[]) => void): (resource: JsonObject) => boolean {
  switch (term.kind) {
    case 'and': {
      const all = term.terms.map((part) => compile(part, check));
      return (resource) => all.every((part) => part(resource));
    }
    case 'or': {
      const any = term.terms.map((part) => compile(part, check));
      return (resource) => any.some((part) => part(resource));
    }
    case 'not': {
      const part = compile(term.term, check);
      return (resource) => !part(resource);
    }
    case 'compare': {
      check(term.path);
      const test = comparison(term.operator, term.value);
      return (resource) => test(valuesAt(resource, term.path));
    }
    default:
      return term satisfies never;
  }
}

function comparison(operator: string, wanted: string): (values: readonly Json[]) => boolean {
  switch (operator) {
    case '=':
      return (values) => values.some((value) => String(value) === wanted);
    case '!=':
      return (values) => !values.some((value) => String(value) === wanted);
    case ':':
      if (wanted === '*') return (values) => values.length > 0;
      return (values) =>
        values.some((value) => (typeof value === 'string' ? value.includes(wanted) : `${value}` === wanted));
    case 'eq': {
      const pattern = new RegExp(`^(?:${wanted})$`);
      return (values) => values.some((value) => pattern.test(String(value)));
    }
    case 'ne': {
      const pattern = new RegExp(`^(?:${wanted})$`);
      return (values) => !values.some((value) => pattern.test(String(value)));
    }
    default:
      return (values) => values.some((value) => ordered(value, operator, wanted));
  }
}

function ordered(value: Json, operator: string, wanted: string): boolean {
  const [a, b] = [Number(value), Number(wanted)];
  const sign = Number.isNaN(a) || Number.isNaN(b) ? String(value).localeCompare(wanted) : a - b;
  return operator === '<' ? sign < 0 : operator === '<=' ? sign <= 0 : operator === '>' ? sign > 0 : sign >= 0;
}

/** Every value at a path; a list on the way stands for each of its items. */
function valuesAt(value: Json | undefined, path: readonly string[]): readonly Json[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item) => valuesAt(item, path));
  const [key, ...rest] = path;
  if (key === undefined) return [value];
  return isObject(value) && Object.hasOwn(value, key) ? valuesAt(value[key], rest) : [];
}

function known(path: readonly string[], message: Message): boolean {
  const [key, ...rest] = path;
  const field: Field | undefined =
    key !== undefined && Object.hasOwn(message.fields, key) ? message.fields[key] : undefined;
  if (field === undefined) return false;
  if (field.keyType !== undefined) return rest.length <= 1;
  if (rest.length === 0) return true;
  const type = typeNamed(field.type, message);
  return type !== undefined && 'fields' in type && known(rest, type);
}
