import type ts from 'typescript-compiler';
import { visibleText } from '@whetstone/shared/knowledge';
import { createRequire } from 'node:module';
import type { TakenSymbol } from './source.ts';
import { docOf } from './symbols-doc.ts';

/** The compiler; passed in, since it is loaded only where there are declarations to read. */
export type Compiler = typeof ts;

/**
 * The compiler, from the first time that it is asked for: 9 MB of code that a server does not need which reads no types. By
 * `import`, all of that would be searched for its exports first.
 */
export function onceLoaded(): () => Compiler {
  let compiler: Compiler | undefined;
  return () => (compiler ??= createRequire(import.meta.url)('typescript-compiler') as Compiler);
}

/** Beyond that a type is computed rather than written, and nobody reads it. */
const longestSignature = 2_000;
/** Of what is nested in each other; deeper is made by a program against programs. */
const deepest = 20;

/**
 * What a `.d.ts` declares, by its syntax alone: what is not exported is in it as well, since signatures speak of it. Members of
 * classes, interfaces and types are symbols of their own; what is private is left out.
 */
export function symbolsOf(text: string, compiler: Compiler): TakenSymbol[] {
  const file = compiler.createSourceFile(
    'page.d.ts',
    text,
    { languageVersion: compiler.ScriptTarget.Latest, jsDocParsingMode: compiler.JSDocParsingMode.ParseNone },
    false,
  );
  const found: TakenSymbol[] = [];
  const reader: Reader = { compiler, file, take: (symbol) => found.push(symbol) };
  for (const statement of file.statements) readStatement(reader, statement, { owner: '', depth: 0 });
  return found;
}

interface Reader {
  compiler: Compiler;
  file: ts.SourceFile;
  take: (symbol: TakenSymbol) => void;
}

interface Where {
  owner: string;
  depth: number;
}

function readStatement(reader: Reader, node: ts.Statement, where: Where) {
  const { compiler } = reader;
  if (compiler.isFunctionDeclaration(node)) {
    declare(reader, node, { kind: 'function', name: owned(where, node.name?.text ?? 'default') });
  } else if (compiler.isClassDeclaration(node) || compiler.isInterfaceDeclaration(node)) {
    const name = owned(where, node.name?.text ?? 'default');
    declare(
      reader,
      node,
      { kind: compiler.isClassDeclaration(node) ? 'class' : 'interface', name },
      node.members.pos - 1,
    );
    readMembers(reader, node.members, name);
  } else if (compiler.isTypeAliasDeclaration(node)) {
    const name = owned(where, node.name.text);
    declare(reader, node, { kind: 'type', name });
    if (compiler.isTypeLiteralNode(node.type)) readMembers(reader, node.type.members, name);
  } else if (compiler.isEnumDeclaration(node)) {
    const name = owned(where, node.name.text);
    declare(reader, node, { kind: 'enum', name });
    for (const member of node.members)
      readMember(reader, member, { kind: 'property', owner: name, named: member.name });
  } else if (compiler.isVariableStatement(node)) {
    // A comment stands before the statement, whatever it declares.
    for (const { name } of node.declarationList.declarations)
      if (compiler.isIdentifier(name)) declare(reader, node, { kind: 'variable', name: owned(where, name.text) });
  } else if (compiler.isModuleDeclaration(node)) readModule(reader, node, where);
}

function readModule(reader: Reader, node: ts.ModuleDeclaration, { owner, depth }: Where) {
  const { compiler } = reader;
  const isGlobal = node.name.text === 'global' && !compiler.isStringLiteral(node.name);
  const name = owned({ owner, depth }, node.name.text);
  const { body } = node;
  if (!isGlobal) declare(reader, node, { kind: 'module', name }, body?.getStart(reader.file));
  if (!body || depth >= deepest) return;
  const where = { owner: isGlobal ? owner : name, depth: depth + 1 };
  if (compiler.isModuleBlock(body)) for (const statement of body.statements) readStatement(reader, statement, where);
  // `namespace a.b.c` is three of them.
  else if (compiler.isModuleDeclaration(body)) readModule(reader, body, where);
}

function readMembers(reader: Reader, members: ts.NodeArray<ts.ClassElement | ts.TypeElement>, owner: string) {
  const { compiler } = reader;
  const accessors = new Set<string>();
  for (const member of members) {
    if (isPrivate(compiler, member)) continue;
    if (compiler.isMethodDeclaration(member) || compiler.isMethodSignature(member)) {
      readMember(reader, member, { kind: 'method', owner, named: member.name });
    } else if (compiler.isPropertyDeclaration(member) || compiler.isPropertySignature(member)) {
      readMember(reader, member, { kind: 'property', owner, named: member.name });
    } else if (compiler.isConstructorDeclaration(member)) {
      declare(reader, member, { kind: 'method', name: `${owner}.constructor` });
    } else if (compiler.isAccessor(member)) {
      const name = member.name.getText(reader.file);
      // One that is read and written is one property.
      if (!accessors.has(name)) readMember(reader, member, { kind: 'property', owner, named: member.name });
      accessors.add(name);
    }
  }
}

function isPrivate(compiler: Compiler, member: ts.ClassElement | ts.TypeElement): boolean {
  if (member.name && compiler.isPrivateIdentifier(member.name)) return true;
  const modifiers = compiler.canHaveModifiers(member) ? compiler.getModifiers(member) : undefined;
  return modifiers?.some(({ kind }) => kind === compiler.SyntaxKind.PrivateKeyword) ?? false;
}

interface Member {
  kind: TakenSymbol['kind'];
  owner: string;
  named: ts.PropertyName;
}

function readMember(reader: Reader, node: ts.Node, { kind, owner, named }: Member) {
  const { compiler, file } = reader;
  const isText =
    compiler.isIdentifier(named) || compiler.isStringLiteralLike(named) || compiler.isNumericLiteral(named);
  const name = isText ? `${owner}.${named.text}` : `${owner}${named.getText(file)}`;
  declare(reader, node, { kind, name });
}

/** `bodyAt`: where a declaration goes on that is not part of its signature. */
function declare(
  { compiler, file, take }: Reader,
  node: ts.Node,
  { kind, name }: Pick<TakenSymbol, 'kind' | 'name'>,
  bodyAt?: number,
) {
  const comment = commentBefore(compiler, file, node);
  const start = node.getStart(file);
  const { doc, deprecated } = comment ? docOf(file.text.slice(comment.pos, comment.end)) : noComment;
  take({
    kind,
    name,
    signature: signatureOf(file.text.slice(start, bodyAt ?? node.end)),
    doc: visibleText(doc),
    deprecated: deprecated && visibleText(deprecated),
    startLine: file.getLineAndCharacterOfPosition(comment?.pos ?? start).line + 1,
    endLine: file.getLineAndCharacterOfPosition(node.end).line + 1,
  });
}

const noComment = { doc: '', deprecated: undefined };

/** The last one is what belongs to it; others before it are of something that is gone. */
const commentBefore = (compiler: Compiler, file: ts.SourceFile, node: ts.Node) =>
  compiler
    .getLeadingCommentRanges(file.text, node.pos)
    ?.findLast(({ pos, end }) => file.text.startsWith('/**', pos) && end - pos > 4);

/** On one line, without comments and what says only that it is declared. */
function signatureOf(source: string): string {
  const plain = source
    .replaceAll(/("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '$1')
    .replaceAll(/\s+/g, ' ')
    .replace(/^(?:(?:export|declare|default) )+/, '');
  return plain.length <= longestSignature ? plain.replace(/[\s;,{]+$/, '') : `${plain.slice(0, longestSignature)} …`;
}

const owned = ({ owner }: Where, name: string) => (owner === '' ? name : `${owner}.${name}`);
