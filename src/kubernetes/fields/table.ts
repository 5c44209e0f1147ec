import { readFileSync } from 'node:fs';

/** Shape of one field: how often it stands there. */
export type Shape = 'one' | 'list' | 'map';

/** One field of a message, from the struct tags of the published API packages (scripts/k8s-fields). */
export interface Field {
  readonly number: number;
  /** JSON name; empty for inlined messages. */
  readonly name: string;
  readonly shape: Shape;
  /** Go's `omitempty` and `omitzero`: left out of JSON when empty. */
  readonly omitEmpty: boolean;
  readonly omitZero: boolean;
  readonly inline: boolean;
  readonly pointer: boolean;
  /** The value is itself a list in a message of its own (`ExtraValue`). */
  readonly wrapped: boolean;
  /** Only older API packages had it: it is shown where it is stored, and else not there. */
  readonly gone: boolean;
  /**
   * `s` text, `b` bool, `i` integer, `d` double, `y` bytes, `T` Time, `U` MicroTime, `D` Duration,
   * `Q` Quantity, `I` IntOrString, `R` raw JSON, `m` message.
   */
  readonly scalar: string;
  /** Type of a message. */
  readonly type: string;
}

type RawField = readonly [number, string, string, string?];
interface RawTable {
  readonly kinds: Readonly<Record<string, string>>;
  readonly types: Readonly<Record<string, readonly RawField[]>>;
}

let raw: RawTable | null = null;
const ready = new Map<string, readonly Field[]>();

function table(): RawTable {
  raw ??= JSON.parse(readFileSync(new URL('./table.json', import.meta.url), 'utf8')) as RawTable;
  return raw;
}

function fieldOf([number, name, code, type = '']: RawField): Field {
  const flags = code.slice(0, -1);
  return {
    number,
    name,
    shape: flags.includes('[') ? 'list' : flags.includes('{') ? 'map' : 'one',
    omitEmpty: flags.includes('o'),
    omitZero: flags.includes('z'),
    inline: flags.includes('~'),
    pointer: flags.includes('*'),
    wrapped: flags.includes('w'),
    gone: flags.includes('?'),
    scalar: code.slice(-1),
    type,
  };
}

/** Type name of a stored kind, by its apiVersion (`apps/v1`) and kind; null when the table lacks it. */
export function typeOfKind(apiVersion: string, kind: string): string | null {
  const { kinds } = table();
  const name = `${apiVersion}/${kind}`;
  return Object.hasOwn(kinds, name) ? (kinds[name] ?? null) : null;
}

/** Fields of a type in order of their numbers; empty for an unknown type. */
export function fieldsOf(type: string): readonly Field[] {
  const known = ready.get(type);
  if (known !== undefined) return known;
  const { types } = table();
  const fields = Object.hasOwn(types, type) ? (types[type] ?? []).map(fieldOf) : [];
  ready.set(type, fields);
  return fields;
}

/** The metadata that every kind has. */
export const objectMetaType = 'meta/v1.ObjectMeta';

/** Names of all known kinds, `apps/v1/Deployment`. */
export function knownKinds(): readonly string[] {
  return Object.keys(table().kinds);
}
