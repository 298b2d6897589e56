import {
  applyEdits,
  findNodeAtLocation,
  modify,
  parse,
  parseTree,
  type Edit,
  type JSONPath,
  type ParseError,
} from 'jsonc-parser';
import { isRecord } from '../../json.ts';

/** What undoes an edit: applied last first, they give the text back as it was. */
export interface Undo {
  offset: number;
  length: number;
  content: string;
}

/** A file of settings that belongs to somebody else: changed in place, its order, comments and white space kept. */
export interface EditedJson {
  text: string;
  undo: Undo[];
  /** As the rest of the file is written. */
  format: { indent: string; eol: string };
}

/** The value of a text, or what is wrong with it. An empty file is an empty object. */
export function readSettings(text: string): { value: Record<string, unknown> } | { problem: string } {
  if (text.trim() === '') return { value: {} };
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first) return { problem: `is not JSON: line ${text.slice(0, first.offset).split('\n').length}` };
  return isRecord(value) ? { value } : { problem: 'is not a JSON object' };
}

export function begin(text: string): EditedJson {
  const format = {
    indent: /\n([ \t]+)\S/.exec(text)?.[1] ?? '  ',
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  };
  if (text.trim() !== '') return { text, undo: [], format };
  const empty = '{}\n';
  return { text: empty, undo: [{ offset: 0, length: empty.length, content: text }], format };
}

/** Adds at the end of a list, which is made when it is missing. */
export function append(edited: EditedJson, path: JSONPath, value: unknown): EditedJson {
  const list = valueAt(edited.text, path);
  return Array.isArray(list) ? insert(edited, [...path, list.length], value) : insert(edited, path, [value]);
}

/** Sets a member that is not there yet, with what lies above it. */
export function insert(edited: EditedJson, path: JSONPath, value: unknown): EditedJson {
  const { text } = edited;
  const { indent, eol } = edited.format;
  const depth = path.findIndex((_, at) => valueAt(text, path.slice(0, at + 1)) === undefined) + 1;
  const place = path.slice(0, depth);
  const whole = path.slice(depth).reduceRight<unknown>((inner, name) => ({ [name]: inner }), value);
  const isElement = typeof place.at(-1) === 'number';
  // Where, and whether a comma is needed; how it looks is ours to say, lest the library puts the neighbours in order too.
  const [edit] = modify(text, place, whole, { isArrayInsertion: isElement });
  if (!edit) return edited;
  const margin = indent.repeat(depth);
  const pretty = JSON.stringify(whole, undefined, indent).replaceAll('\n', eol + margin);
  const isFirst = !edit.content.startsWith(',');
  const content =
    (isFirst ? '' : ',') +
    eol +
    margin +
    (isElement ? '' : `${JSON.stringify(place.at(-1))}: `) +
    pretty +
    (isFirst ? eol + indent.repeat(depth - 1) : '');
  return changed(edited, { ...edit, content });
}

/** Takes out a member or an element, with the comma that is not needed any more. */
export function remove(edited: EditedJson, path: JSONPath): EditedJson {
  const tree = parseTree(edited.text, [], { allowTrailingComma: true });
  const value = tree && findNodeAtLocation(tree, path);
  const node = value?.parent?.type === 'property' ? value.parent : value;
  if (!node?.parent?.children) return edited;
  const at = node.parent.children.indexOf(node);
  const [before, after] = [node.parent.children[at - 1], node.parent.children[at + 1]];
  const end = node.offset + node.length;
  const from = before ? before.offset + before.length : node.offset;
  const to = before || !after ? end : after.offset;
  return changed(edited, { offset: from, length: to - from, content: '' });
}

function valueAt(text: string, path: JSONPath): unknown {
  let value: unknown = parse(text, [], { allowTrailingComma: true });
  for (const step of path) value = (value as Record<string | number, unknown> | undefined)?.[step];
  return value;
}

function changed({ text, undo, format }: EditedJson, edit: Edit): EditedJson {
  const content = text.slice(edit.offset, edit.offset + edit.length);
  const undoing = { offset: edit.offset, length: edit.content.length, content };
  return { text: applyEdits(text, [edit]), undo: [...undo, undoing], format };
}

export const undone = (text: string, undo: readonly Undo[]) =>
  undo
    .toReversed()
    .reduce(
      (result, { offset, length, content }) => result.slice(0, offset) + content + result.slice(offset + length),
      text,
    );
