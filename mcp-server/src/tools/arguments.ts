import { nearest } from './nearest.ts';

/** The part of JSON Schema that our tools need. `type` absent means any JSON value. */
export interface Parameter {
  type?: 'string' | 'boolean' | 'number' | 'array' | 'object';
  description: string;
  /** Says of a parameter of any type that it is meant to be open: a bare `{}` looks forgotten, to people and to linters. */
  additionalProperties?: true;
  /** Of a text that may be longer than most. */
  maxLength?: number;
}

export interface ArgumentsSchema {
  type: 'object';
  properties: Record<string, Parameter>;
  required?: readonly string[];
  additionalProperties: false;
}

type ValueOf<P extends Parameter> = P extends { type: 'string' }
  ? string
  : P extends { type: 'boolean' }
    ? boolean
    : P extends { type: 'number' }
      ? number
      : P extends { type: 'array' }
        ? unknown[]
        : P extends { type: 'object' }
          ? Record<string, unknown>
          : unknown;

type RequiredName<S extends ArgumentsSchema> = S extends { required: readonly (infer Name extends string)[] }
  ? Name
  : never;

/** What a handler gets once the arguments fit the schema. */
export type ArgumentsOf<S extends ArgumentsSchema> = {
  [Name in keyof S['properties'] & RequiredName<S>]: ValueOf<S['properties'][Name]>;
} & {
  [Name in Exclude<keyof S['properties'], RequiredName<S>>]?: ValueOf<S['properties'][Name]> | undefined;
};

export type Reading<S extends ArgumentsSchema> =
  | { kind: 'read'; args: ArgumentsOf<S>; repairs: string[] }
  | { kind: 'refused'; complaints: string[] };

/** Of one text that says nothing else; what is longer was hardly meant, and would come back in the answer. */
const longestText = 10_000;

/**
 * Checks what a model sent. A name that plainly means another (`user_id`, or one of `aliases`) is read as that one and
 * reported as a repair; anything else that does not fit is refused with what would.
 */
export function readArguments<S extends ArgumentsSchema>(
  schema: S,
  sent: Record<string, unknown>,
  aliases: Record<string, string> = {},
): Reading<S> {
  const args = new Map<string, unknown>();
  const repairs: string[] = [];
  const complaints: string[] = [];

  for (const [name, value] of Object.entries(sent)) {
    const meant = meaningOf(name, schema, aliases);
    if (meant === undefined || (meant !== name && meant in sent)) complaints.push(unknownName(name, schema));
    // Models write null where they mean "left out"; a parameter of any type may really be null.
    else if (value === null && schema.properties[meant]?.type) continue;
    else {
      args.set(meant, value);
      if (meant !== name) repairs.push(`"${name}" was read as "${meant}"`);
    }
  }

  for (const [name, parameter] of Object.entries(schema.properties)) {
    const isMissing = !args.has(name);
    if (isMissing && schema.required?.includes(name)) complaints.push(`${name}: missing. ${parameter.description}`);
    const value = args.get(name);
    if (!isMissing && !fits(value, parameter)) complaints.push(wrongType(name, value, parameter));
    const { maxLength = longestText } = parameter;
    if (typeof value === 'string' && value.length > maxLength) {
      complaints.push(`${name}: longer than ${maxLength} characters`);
    }
  }

  if (complaints.length > 0) return { kind: 'refused', complaints };
  return { kind: 'read', args: checked<S>(args), repairs };
}

function meaningOf(name: string, { properties }: ArgumentsSchema, aliases: Record<string, string>) {
  if (Object.hasOwn(properties, name)) return name;
  const plain = plainName(name);
  return (
    Object.keys(properties).find((known) => plainName(known) === plain) ??
    (Object.hasOwn(aliases, plain) ? aliases[plain] : undefined)
  );
}

const plainName = (name: string) => name.replace(/[_-]/g, '').toLowerCase();

function unknownName(name: string, { properties }: ArgumentsSchema) {
  const names = Object.keys(properties);
  if (names.length === 0) return `${name}: this tool takes no arguments`;
  const meant = nearest(name, names);
  const ways = [
    meant && `did you mean ${meant}?`,
    'attributes' in properties && 'put further attributes into "attributes"',
    `there are ${names.join(', ')}`,
  ];
  return `${name}: no such parameter; ${ways.find(Boolean)}`;
}

/** Says what would fit; of a scalar, the same in the right type. */
function wrongType(name: string, value: unknown, { type }: Parameter) {
  const got = JSON.stringify(value)?.slice(0, 80);
  const examples = {
    string: JSON.stringify(textOf(value)),
    boolean: 'true',
    number: '25',
    array: '[]',
    object: '{"name": "value"}',
  };
  return `${name}: expected ${type}, got ${got}${type ? `; write e.g. ${examples[type]}` : ''}`;
}

const textOf = (value: unknown) => (typeof value === 'number' || typeof value === 'boolean' ? `${value}` : 'text');

function fits(value: unknown, { type }: Parameter) {
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  if (type === 'array') return Array.isArray(value);
  return type === undefined || typeof value === type;
}

/** Every name is one of the schema's and every value was held against its type above. */
const checked = <S extends ArgumentsSchema>(args: Map<string, unknown>) => Object.fromEntries(args) as ArgumentsOf<S>;
