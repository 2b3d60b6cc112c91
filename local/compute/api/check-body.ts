import { ApiError, apiErrors } from './api-error.ts';
import { type FieldDescriptor, findType, type MessageDescriptor } from './descriptors.ts';
import { isObject, type Json, type JsonObject } from './json.ts';

/**
 * Normalises a request body: known fields of the right types, 64-bit numbers as strings, no nulls.
 * @throws ApiError 400 for the first unknown field or wrong type, with Google's wording
 */
export function checkBody(body: unknown, typeName: string): JsonObject {
  const type = findType(typeName);
  if (type === undefined || type instanceof Set) throw new Error(`checking a body: no message ${typeName}`);
  if (!isObject(body)) throw apiErrors.invalidPayload('Root element must be a message.');
  return checkMessage(body, type as MessageDescriptor, '');
}

function checkMessage(value: JsonObject, message: MessageDescriptor, path: string): JsonObject {
  const checked: JsonObject = {};
  for (const [name, given] of Object.entries(value)) {
    const field = Object.hasOwn(message.fields, name) ? message.fields[name] : undefined;
    if (field === undefined) {
      const at = path === '' ? '' : ` at '${path}'`;
      throw apiErrors.invalidPayload(`Unknown name "${name}"${at}: Cannot find field.`);
    }
    if (given !== null) checked[name] = checkField(given, field, message, path === '' ? name : `${path}.${name}`);
  }
  return checked;
}

function checkField(value: Json, field: FieldDescriptor, parent: MessageDescriptor, path: string): Json {
  if (field.keyType !== undefined) {
    if (!isObject(value)) throw createTypeMismatchError(path, 'Map', value);
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, checkValue(item, field.type, parent, `${path}.${key}`)]),
    );
  }
  if (field.rule !== 'repeated') return checkValue(value, field.type, parent, path);
  const items = Array.isArray(value) ? value : [value];
  return items.map((item, at) => checkValue(item, field.type, parent, `${path}[${at}]`));
}

function checkValue(value: Json, type: string, parent: MessageDescriptor, path: string): Json {
  const scalar = scalarParsers[type];
  if (scalar !== undefined) {
    const read = scalar(value);
    if (read === undefined) throw createTypeMismatchError(path, type, value);
    return read;
  }
  if (type === 'google.protobuf.Any') return value;
  const found = findType(type, parent);
  if (found === undefined) throw new Error(`checking ${path}: no type ${type}`);
  if ('fields' in found) {
    if (!isObject(value)) throw createTypeMismatchError(path, type, value);
    return checkMessage(value, found, path);
  }
  if (typeof value !== 'string' || !found.has(value)) throw createTypeMismatchError(path, type, value);
  return value;
}

function createTypeMismatchError(path: string, type: string, value: Json): ApiError {
  const shown = typeof value === 'string' ? `"${value}"` : JSON.stringify(value);
  return new ApiError(400, 'invalid', `Invalid value at '${path}' (TYPE_${type.toUpperCase()}), ${shown}`);
}

const scalarParsers: Readonly<Record<string, (value: Json) => Json | undefined>> = {
  string: (value) => (typeof value === 'string' ? value : undefined),
  bool: (value) => (typeof value === 'boolean' ? value : undefined),
  int32: (value) => parseInteger(value, -(2n ** 31n), 2n ** 31n - 1n, Number),
  uint32: (value) => parseInteger(value, 0n, 2n ** 32n - 1n, Number),
  int64: (value) => parseInteger(value, -(2n ** 63n), 2n ** 63n - 1n, String),
  uint64: (value) => parseInteger(value, 0n, 2n ** 64n - 1n, String),
  double: parseDecimal,
  float: parseDecimal,
};

function parseInteger(value: Json, min: bigint, max: bigint, convert: (value: bigint) => Json): Json | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || !/^-?\d{1,20}$/.test(text)) return undefined;
  const read = BigInt(text);
  return read < min || read > max ? undefined : convert(read);
}

function parseDecimal(value: Json): Json | undefined {
  const read = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof read === 'number' && Number.isFinite(read) ? read : undefined;
}
