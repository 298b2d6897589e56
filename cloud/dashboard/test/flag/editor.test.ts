import type { Flag } from '@whetstone/shared/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asFixed, asSplit, documentOf, newDocument, newRule, shapeOf } from '../../src/flag/model/document.ts';
import {
  editorReducer,
  isDirty,
  openEditor,
  type EditorAction,
  type EditorState,
} from '../../src/flag/model/editor.ts';
import { moved, sameJson } from '../../src/flag/model/json.ts';
import { flagWith } from './support.ts';

const opened = (flag: Flag = flagWith()) => openEditor(flag, documentOf(flag));
const describeAs = (text: string): EditorAction => ({
  kind: 'edit',
  group: 'description',
  change: (document) => ({ ...document, description: text }),
});
const disable: EditorAction = {
  kind: 'edit',
  group: 'enabled',
  change: (document) => ({ ...document, enabled: false }),
};
const after = (state: EditorState, ...actions: EditorAction[]) => actions.reduce(editorReducer, state);

describe('the draft of a flag', () => {
  it('is dirty from the first change on, and not once that is undone', () => {
    const changed = after(opened(), disable);
    expect(isDirty(changed)).toBe(true);
    expect(isDirty(after(changed, { kind: 'undo' }))).toBe(false);
  });

  it('takes typing in one field as one step, and another field as another', () => {
    const typed = after(opened(), describeAs('a'), describeAs('ab'), disable, describeAs('abc'));
    expect(typed.past).toHaveLength(3);
    const undone = after(typed, { kind: 'undo' }, { kind: 'undo' });
    expect(undone.document).toMatchObject({ description: 'ab', enabled: true });
    expect(after(undone, { kind: 'redo' }, { kind: 'redo' }).document).toEqual(typed.document);
  });

  it('forgets what was undone when something else is written', () => {
    const state = after(opened(), describeAs('a'), { kind: 'undo' }, disable, { kind: 'redo' });
    expect(state.document).toEqual({ ...documentOf(flagWith()), enabled: false });
  });

  it('counts text that cannot be read as unsaved, and keeps the last value that could', () => {
    const state = after(opened(), { kind: 'unread', place: 'variants.on', unread: { text: '{', why: 'no JSON' } });
    expect(isDirty(state)).toBe(true);
    expect(state.document.variants).toEqual({ on: true, off: false });
    const read = after(state, { kind: 'edit', group: 'variants.on', change: (document) => document });
    expect(isDirty(read)).toBe(false);
  });

  it('follows a version of somebody else while nothing is changed', () => {
    const state = after(opened(), { kind: 'arrived', flag: flagWith({ version: 2, enabled: false }) });
    expect(state.document.enabled).toBe(false);
    expect(state.theirs).toBeUndefined();
  });

  it('never overwrites what is being typed: their version waits beside it', () => {
    const state = after(opened(), describeAs('mine'), {
      kind: 'arrived',
      flag: flagWith({ version: 2, description: 'theirs' }),
    });
    expect(state.document.description).toBe('mine');
    expect(state.theirs?.version).toBe(2);
    expect(after(state, { kind: 'arrived', flag: flagWith({ version: 1 }) }).theirs?.version).toBe(2);
  });

  it('goes back step by step to where it began, whatever was done', () => {
    const action = fc.oneof(
      fc.string().map(describeAs),
      fc.constant(disable),
      fc.nat(3).map((n): EditorAction => ({
        kind: 'edit',
        group: `salt${n}`,
        change: (document) => ({ ...document, salt: `s${n}` }),
      })),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
        const changed = after(opened(), ...actions);
        const undone = after(changed, ...changed.past.map((): EditorAction => ({ kind: 'undo' })));
        expect(undone.document).toEqual(documentOf(flagWith()));
        expect(after(undone, ...undone.future.map((): EditorAction => ({ kind: 'redo' }))).document).toEqual(
          changed.document,
        );
      }),
    );
  });
});

describe('the document in an editor', () => {
  it('is shown in the form when its shape allows, however wrong its values are', () => {
    expect(
      shapeOf({ ...newDocument('k'), rollout: { steps: [{ at: 'x', coverage: 'much' }] }, surplus: 1 }),
    ).toMatchObject({
      ok: true,
      document: { surplus: 1 },
    });
    expect(shapeOf({ ...newDocument('k'), rules: 5 })).toMatchObject({
      ok: false,
      why: expect.stringContaining('rules'),
    });
    expect(shapeOf(null)).toMatchObject({ ok: false });
  });

  it('gives a new rule an id of its own', () => {
    const document = { ...newDocument('k'), rules: [{ id: 'rule-2', when: [], serve: { variant: 'on' } }] };
    expect(newRule(document)).toMatchObject({ id: 'rule-3', serve: { variant: 'on' } });
  });

  it('keeps the variant when a fixed serve becomes a split and back', () => {
    const split = asSplit({ variant: 'on' }, newDocument('k'));
    expect(split).toEqual({ split: [{ variant: 'on', weight: 100 }], coverage: 25, otherwise: 'off', by: 'userId' });
    expect(asFixed(split)).toEqual({ variant: 'on' });
  });

  it('is the same whatever the order of its members, and not when a list is in another order', () => {
    expect(sameJson({ a: 1, b: undefined, c: [1, 2] }, { c: [1, 2], a: 1 })).toBe(true);
    expect(sameJson({ c: [1, 2] }, { c: [2, 1] })).toBe(false);
    expect(sameJson({ a: null }, {})).toBe(false);
  });

  it('moves an item no further than the ends', () => {
    expect(moved(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c']);
    expect(moved(['a', 'b', 'c'], 2, 5)).toEqual(['a', 'b', 'c']);
    expect(moved(['a', 'b', 'c'], 1, -9)).toEqual(['b', 'a', 'c']);
  });
});
