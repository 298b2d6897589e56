import { FlagDraft, FlagKey, type FlagDefinition, type Serve } from '../contract/flag-document.ts';
import { isRecord, type Json } from '../flags/reading.ts';
import { membersFromMetadata } from './metadata.ts';
import type { Scope } from './scope.ts';
import { outcome } from './targeting.ts';
import { rulesOf, type Tree } from './tree.ts';
import { attempt, jsonPath, refuse, type Path, type Refusal } from './unsayable.ts';

export interface Imported {
  flags: FlagDefinition[];
  refused: Refusal[];
}

/**
 * The flags of a flagd document (https://flagd.dev/reference/flag-definitions/) as ours: the same variant for the same
 * context. What cannot be said is refused by name, the flag as a whole; never approximated. `keys` gives flags other keys
 * here; what is hashed stays what it was. flagd knows 5 and "5" apart, we do not, so that the same is promised of contexts
 * whose attributes are of the type that the document compares them with.
 */
export function fromFlagd(document: unknown, keys: Readonly<Record<string, string>> = {}): Imported {
  if (!isRecord(document) || !isRecord(document['flags'])) {
    return { flags: [], refused: [{ key: '', path: '$.flags', why: 'expected an object of flags' }] };
  }
  const { flags, $evaluators = {}, $schema: _, ...rest } = document;
  const evaluators = isRecord($evaluators) ? $evaluators : {};
  const imported: Imported = {
    flags: [],
    refused: Object.keys(rest).map((name) => ({
      key: '',
      path: jsonPath([name]),
      why: 'a document has nothing of this name here; it is left out',
    })),
  };
  const taken = new Map<string, string>();
  for (const [flagdKey, flag] of Object.entries(flags as Json)) {
    const key = Object.hasOwn(keys, flagdKey) ? keys[flagdKey]! : flagdKey;
    const result = attempt(flagdKey, () => {
      const path = ['flags', flagdKey];
      const before = taken.get(key);
      if (before !== undefined) refuse(path, `"${key}" is the key of ${JSON.stringify(before)} as well`);
      taken.set(key, flagdKey);
      return flagFrom(flag, { flagdKey, key, evaluators, path });
    });
    if ('made' in result) imported.flags.push(result.made);
    else imported.refused.push(result.refusal);
  }
  return imported;
}

interface Place {
  flagdKey: string;
  key: string;
  evaluators: Json;
  path: Path;
}

const members = ['state', 'variants', 'defaultVariant', 'targeting', 'metadata'];

function flagFrom(flag: unknown, { flagdKey, key, evaluators, path }: Place): FlagDefinition {
  if (!isRecord(flag)) return refuse(path, 'expected an object');
  const unknown = Object.keys(flag).find((name) => !members.includes(name));
  if (unknown !== undefined) refuse([...path, unknown], 'a flag has nothing of this name here');
  if (!FlagKey.safeParse(key).success) {
    refuse(path, `${JSON.stringify(key)} is no key here (a-z 0-9 . _ -); name one for it in "keys"`);
  }
  const { state, variants, defaultVariant, targeting, metadata } = flag;
  if (state !== 'ENABLED' && state !== 'DISABLED') refuse([...path, 'state'], 'expected "ENABLED" or "DISABLED"');
  if (!isRecord(variants)) return refuse([...path, 'variants'], 'expected an object');
  if (typeof defaultVariant !== 'string' || defaultVariant === '') {
    return refuse(
      [...path, 'defaultVariant'],
      'a flag always serves one of its variants here, and needs one by default',
    );
  }

  const salts = new Set<string>();
  const serving = new Map<string, Tree>();
  const scope: Scope = {
    flagdKey,
    evaluators,
    defaultVariant,
    variant(name, at) {
      if (!Object.hasOwn(variants, name)) refuse(at, `no variant is called ${JSON.stringify(name)}`);
      const tree = serving.get(name) ?? { serve: { variant: name } };
      serving.set(name, tree);
      return tree;
    },
    takeSalt(salt, at) {
      salts.add(salt);
      if (salts.size > 1) refuse(at, 'splits with different seeds in one flag cannot be said here');
    },
  };
  const tree =
    targeting === undefined || (isRecord(targeting) && Object.keys(targeting).length === 0)
      ? scope.variant(defaultVariant, [...path, 'defaultVariant'])
      : outcome(targeting, [...path, 'targeting'], scope);
  const { rules, fallthrough } = plainSplit(rulesOf(tree, [...path, 'targeting']), defaultVariant);
  const [salt = key] = salts;
  const parsed = FlagDraft.safeParse({
    key,
    enabled: state === 'ENABLED',
    variants,
    offVariant: defaultVariant,
    rules,
    fallthrough,
    ...(salt !== key && { salt }),
    ...membersFromMetadata(metadata, [...path, 'metadata']),
  });
  if (parsed.success) return definitionOf(parsed.data);
  const [issue] = parsed.error.issues;
  const at =
    issue?.path[0] === 'variants' ? issue.path.map((part) => (typeof part === 'number' ? part : String(part))) : [];
  return refuse([...path, ...at], `would not be a flag here: ${issue?.path.map(String).join('.')}: ${issue?.message}`);
}

/** A split for everybody, and the default variant for nobody: that is what a fallthrough by itself does. */
function plainSplit(
  { rules, fallthrough }: ReturnType<typeof rulesOf>,
  offVariant: string,
): ReturnType<typeof rulesOf> {
  const [only, ...more] = rules;
  const isOff = 'variant' in fallthrough && fallthrough.variant === offVariant;
  if (!only || more.length > 0 || !isOff || !isOverAll(only.serve, only.when)) return { rules, fallthrough };
  return { rules: [], fallthrough: only.serve };
}

const isOverAll = (serve: Serve, when: readonly { op: string; attribute: string }[]) =>
  'split' in serve && when.length === 1 && when[0]?.op === 'exists' && when[0].attribute === serve.by;

function definitionOf({
  version: _1,
  createdAt: _2,
  updatedAt: _3,
  archivedAt: _4,
  ...definition
}: ReturnType<typeof FlagDraft.parse>): FlagDefinition {
  return definition;
}
