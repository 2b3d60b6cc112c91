import { apiErrors } from './api-error.ts';
import { type FieldDescriptor, findType, type MessageDescriptor } from './descriptors.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { type FilterTerm, parseFilter } from './parse-filter.ts';

/**
 * Compiles a list's `filter` parameter to a predicate. Fields missing from the message `typeName` are rejected, so a
 * misspelt filter cannot match everything or nothing.
 * @throws ApiError 400 for an expression or field unknown to Compute Engine
 */
export function compileFilter(text: string, typeName: string): (resource: JsonObject) => boolean {
  const createError = (reason: string) =>
    apiErrors.invalidParameter('filter', text, `Invalid list filter expression. ${reason}`);
  const tree = parseFilter(text, createError);
  return compileTerm(tree, (path) => {
    if (!isKnownField(path, findType(typeName) as MessageDescriptor))
      throw createError(`Unknown field '${path.join('.')}'.`);
  });
}

function compileTerm(term: FilterTerm, check: (path: readonly string[]) => void): (resource: JsonObject) => boolean {
  switch (term.kind) {
    case 'and': {
      const all = term.terms.map((part) => compileTerm(part, check));
      return (resource) => all.every((part) => part(resource));
    }
    case 'or': {
      const any = term.terms.map((part) => compileTerm(part, check));
      return (resource) => any.some((part) => part(resource));
    }
    case 'not': {
      const part = compileTerm(term.term, check);
      return (resource) => !part(resource);
    }
    case 'compare': {
      check(term.path);
      const test = createComparison(term.operator, term.value);
      return (resource) => test(getValuesAt(resource, term.path));
    }
    default:
      return term satisfies never;
  }
}

function createComparison(operator: string, expected: string): (values: readonly Json[]) => boolean {
  switch (operator) {
    case '=':
      return (values) => values.some((value) => String(value) === expected);
    case '!=':
      return (values) => !values.some((value) => String(value) === expected);
    case ':':
      if (expected === '*') return (values) => values.length > 0;
      return (values) =>
        values.some((value) => (typeof value === 'string' ? value.includes(expected) : `${value}` === expected));
    case 'eq': {
      const pattern = new RegExp(`^(?:${expected})$`);
      return (values) => values.some((value) => pattern.test(String(value)));
    }
    case 'ne': {
      const pattern = new RegExp(`^(?:${expected})$`);
      return (values) => !values.some((value) => pattern.test(String(value)));
    }
    default:
      return (values) => values.some((value) => isOrderMatch(value, operator, expected));
  }
}

function isOrderMatch(value: Json, operator: string, expected: string): boolean {
  const [a, b] = [Number(value), Number(expected)];
  const sign = Number.isNaN(a) || Number.isNaN(b) ? String(value).localeCompare(expected) : a - b;
  return operator === '<' ? sign < 0 : operator === '<=' ? sign <= 0 : operator === '>' ? sign > 0 : sign >= 0;
}

/** All values at a path; lists are expanded to their items. */
function getValuesAt(value: Json | undefined, path: readonly string[]): readonly Json[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item) => getValuesAt(item, path));
  const [key, ...rest] = path;
  if (key === undefined) return [value];
  return isObject(value) && Object.hasOwn(value, key) ? getValuesAt(value[key], rest) : [];
}

function isKnownField(path: readonly string[], message: MessageDescriptor): boolean {
  const [key, ...rest] = path;
  const field: FieldDescriptor | undefined =
    key !== undefined && Object.hasOwn(message.fields, key) ? message.fields[key] : undefined;
  if (field === undefined) return false;
  if (field.keyType !== undefined) return rest.length <= 1;
  if (rest.length === 0) return true;
  const type = findType(field.type, message);
  return type !== undefined && 'fields' in type && isKnownField(rest, type);
}
