import {
  parse,
  type AnyNode,
  type Expression,
  type FunctionDeclaration,
  type Identifier,
  type ImportDeclaration,
  type Program,
  type Property,
} from 'acorn';
import { bound, calleeName, edited, isCall, isDelayed, isReference, keyName, walk, type Edit } from './syntax.ts';

/**
 * Makes a bundle do at start only what the first answers need, whatever its sources import:
 *
 * - a built-in module is loaded when one of its names is first used;
 * - a zod schema, and what is computed from one at the top of a module, is made when first used. The MCP SDK has some
 *   600 of them, which is most of its start; a session uses a few dozen.
 *
 * `X = make()` becomes `X = lazily(() => make())`, and every mention of `X` becomes `X()`. What does not look as expected
 * is an error of the build, never a bundle that behaves otherwise.
 */
export function lazyCode(code: string): string {
  const program = parse(code, { ecmaVersion: 'latest', sourceType: 'module', allowHashBang: true });
  const imports = program.body.filter((node) => node.type === 'ImportDeclaration');
  const names = builtinNames(imports);
  const builders = buildersIn(program);
  const scopes = [scopeOf(program, assignedOnce(program)), ...builders.map((node) => scopeOf(node, []))];
  const getters = builders.flatMap(madeByBuilder).concat(viewsOfBuilders(program));

  const lazyNamed = ({ name, start, end }: Identifier) =>
    scopes.findLast(({ node, lazy }) => node.start <= start && end <= node.end && lazy.has(name))?.lazy.get(name);

  const references: Edit[] = [];
  walk(program, (place) => {
    if (place.node.type === 'ImportDeclaration') return false;
    if (place.node.type === 'ImportExpression')
      throw new Error('compiled code from a cache cannot import() on Node 20; use process.getBuiltinModule');
    for (const id of bound(place)) {
      const known = lazyNamed(id);
      const isAssignedLater = place.node.type === 'VariableDeclarator' && !place.node.init;
      if (names.has(id.name) || (known && known.id !== id && !isAssignedLater))
        throw new Error(`"${id.name}" is declared twice`);
    }
    const { node, parent, key } = place;
    if (!isReference(place)) return undefined;
    const { name } = place.node;
    const builtin = names.get(name);
    const known = builtin === undefined ? lazyNamed(place.node) : undefined;
    if (builtin === undefined && (!known || known.id === node || isDeclaration(parent, key))) return undefined;
    if (parent?.type === 'UpdateExpression' || (parent?.type === 'AssignmentExpression' && key === 'left')) {
      throw new Error(`"${name}" changes its value`);
    }
    const isGetter = getters.some((property) => property === parent);
    references.push(reference(place.node, { parent, key, isGetter }, builtin ?? `${name}()`));
    return undefined;
  });

  const definitions = scopes
    .flatMap(({ lazy }) => [...lazy.values()])
    .flatMap(({ make: { start, end } }) => [insert(start, '/* @__PURE__ */ lazily(() => ('), insert(end, '))')]);
  const all = [...references, ...definitions, ...getters.flatMap((property) => getter(property, code))];
  return edited(code, [insert(bodyStart(program), prelude(imports)), ...imports.map(cut), ...all]);
}

interface Lazy {
  id: Identifier;
  make: Expression;
}

interface Scope {
  node: AnyNode;
  lazy: Map<string, Lazy>;
}

/** The variables of a scope that are worth being lazy, and those computed from them. */
function scopeOf(node: Program | FunctionDeclaration, more: Lazy[]): Scope {
  const { body } = node.type === 'Program' ? node : node.body;
  const declared = body
    .flatMap((statement) => (statement.type === 'VariableDeclaration' ? statement.declarations : []))
    .flatMap(({ id, init }) => (id.type === 'Identifier' && init ? [{ id, make: init }] : []));
  const lazy = new Map<string, Lazy>();
  let candidates = [...declared, ...more].filter(({ make }) => !isDelayed(make));
  for (let before = -1; before !== lazy.size;) {
    before = lazy.size;
    for (const one of candidates) if (isSchema(one) || mentions(one.make, lazy)) lazy.set(one.id.name, one);
    candidates = candidates.filter(({ id }) => !lazy.has(id.name));
  }
  return { node, lazy };
}

/** A schema by its name and making, or one of zod's own classes. */
const isSchema = ({ id, make }: Lazy) => isCall(make) && (isSchemaName(id.name) || calleeName(make) === '$constructor');

/** `ToolSchema`, and what a bundler makes of it: `ToolSchema2`, `ToolSchema$1`. */
const isSchemaName = (name: string) => /Schema\d*(\$\d+)?$/.test(name);

function mentions(expression: Expression, lazy: Map<string, Lazy>): boolean {
  let found = false;
  walk(expression, (place) => {
    if (isReference(place) && lazy.has(place.node.name)) found = true;
    return !isDelayed(place.node);
  });
  return found || (expression.type === 'Identifier' && lazy.has(expression.name));
}

/** esbuild declares what belongs to a module imported on demand at the top, and gives it its value in the module. */
function assignedOnce(program: Program): Lazy[] {
  const declared = new Set(
    program.body
      .flatMap((statement) => (statement.type === 'VariableDeclaration' ? statement.declarations : []))
      .flatMap(({ id, init }) => (id.type === 'Identifier' && !init ? [id.name] : [])),
  );
  const found = new Map<string, Lazy[]>();
  walk(program, ({ node }) => {
    if (node.type !== 'AssignmentExpression' || node.left.type !== 'Identifier') return;
    const { name } = node.left;
    if (declared.has(name)) found.set(name, [...(found.get(name) ?? []), { id: node.left, make: node.right }]);
  });
  return [...found.values()].filter((assignments) => assignments.length === 1).flat();
}

/** Functions that make all schemas of a protocol revision at once and return them in one object. */
function buildersIn(program: Program): FunctionDeclaration[] {
  const isBuilder = (node: FunctionDeclaration) => scopeOf(node, []).lazy.size >= 20;
  const found: FunctionDeclaration[] = [];
  walk(program, ({ node }) => {
    if (node.type === 'FunctionDeclaration' && isBuilder(node as FunctionDeclaration)) {
      found.push(node as FunctionDeclaration);
    }
  });
  return found;
}

function madeByBuilder(builder: FunctionDeclaration): Property[] {
  const last = builder.body.body.at(-1);
  if (last?.type !== 'ReturnStatement' || last.argument?.type !== 'ObjectExpression') {
    throw new Error(`${builder.id.name} does not end with the object of its schemas`);
  }
  return last.argument.properties.filter((part) => part.type === 'Property' && !isDelayed(part.value)) as Property[];
}

/** Tables from method to schema: `{ 'tools/list': s.ListToolsRequestSchema }`, where `s` is what a builder returned. */
function viewsOfBuilders(program: Program): Property[] {
  const found: Property[] = [];
  walk(program, ({ node, parent }) => {
    if (node.type !== 'Property' || parent?.type !== 'ObjectExpression' || node.value.type !== 'MemberExpression')
      return;
    const { object, property, computed } = node.value;
    if (object.type !== 'Identifier' || object.name !== 's' || computed) return;
    if (property.type === 'Identifier' && isSchemaName(property.name)) found.push(node as Property);
  });
  return found;
}

/** A member that is computed when first read. */
function getter(property: Property, code: string): Edit[] {
  const name = keyName(property);
  const { value, start, end, key, shorthand } = property;
  if (name === undefined || property.kind !== 'init') throw new Error(`cannot delay ${code.slice(start, end)}`);
  // Its reference has become a getter already.
  if (shorthand) return [];
  return [
    insert(start, 'get '),
    { start: key.end, end: value.start, text: `() { return settled(this, ${JSON.stringify(name)}, ` },
    insert(end, '); }'),
  ];
}

interface Use {
  parent: AnyNode | undefined;
  key: string;
  /** Whether it stands in an object whose members are computed when first read. */
  isGetter: boolean;
}

function reference({ start, end, name }: Identifier, { parent, key, isGetter }: Use, text: string): Edit {
  if (parent?.type === 'Property' && parent.shorthand) {
    return { start, end, text: isGetter ? `get ${name}() { return ${text}; }` : `${name}: ${text}` };
  }
  // `new X()` would call what `new` made of the function around X.
  if (parent?.type === 'NewExpression' && key === 'callee') return { start, end, text: `(${text})` };
  return { start, end, text };
}

const isDeclaration = (parent: AnyNode | undefined, key: string) =>
  parent?.type === 'VariableDeclarator' && key === 'id';

/** Local names of built-in modules' exports, as what they become. */
function builtinNames(imports: ImportDeclaration[]): Map<string, string> {
  return new Map(
    imports.flatMap(({ source, specifiers }) =>
      specifiers.map((part) => {
        const module = `${moduleVariable(String(source.value))}()`;
        if (part.type !== 'ImportSpecifier') return [part.local.name, module] as const;
        const imported = part.imported.type === 'Identifier' ? part.imported.name : String(part.imported.value);
        return [part.local.name, imported === 'default' ? module : `${module}.${imported}`] as const;
      }),
    ),
  );
}

function moduleVariable(source: string): string {
  const name = source.replace(/^node:/, '');
  if (!/^[a-z_]+(\/[a-z_]+)*$/.test(name)) throw new Error(`"${source}" is not in the bundle`);
  return `builtin_${name.replaceAll('/', '_')}`;
}

function prelude(imports: ImportDeclaration[]): string {
  const modules = new Map(imports.map(({ source }) => [moduleVariable(String(source.value)), String(source.value)]));
  return [
    'function lazily(make) { let value; return () => (value ??= make()); }',
    'function settled(on, name, value) { Object.defineProperty(on, name, { value, enumerable: true }); return value; }',
    ...[...modules].map(
      ([variable, source]) =>
        `const ${variable} = /* @__PURE__ */ lazily(() => process.getBuiltinModule(${JSON.stringify(source)}));`,
    ),
    '',
  ].join('\n');
}

const bodyStart = ({ body }: Program) => body[0]?.start ?? 0;
const insert = (at: number, text: string): Edit => ({ start: at, end: at, text });
const cut = ({ start, end }: AnyNode): Edit => ({ start, end, text: '' });
