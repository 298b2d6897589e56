import { contract, type FeedbackItem } from '@whetstone/shared/contract';
import { describe, expect, it } from 'vitest';
import { piecesOf, runsOf } from '../src/code/unseen.ts';
import { blocksOf, heightsOf, rowsOf, type Row } from '../src/feedback/diff/rows.ts';
import { segmentsOf, tokenLines } from '../src/feedback/diff/segments.ts';
import { choicesOf, filterOf, inputOf, isFiltered, noFilter, searchOf } from '../src/feedback/queue/filter.ts';
import { steadied } from '../src/feedback/queue/steady.ts';
import { labelsOf, usedLabels } from '../src/feedback/review/labels.ts';
import { reviewKeys } from '../src/feedback/review/review-keys.ts';
import {
  changeText,
  heldBy,
  isHeldByMe,
  meanwhileText,
  nextOpen,
  undoOf,
  withLabel,
} from '../src/feedback/review/reviewing.ts';

const item = (id: string, more: Partial<FeedbackItem> = {}): FeedbackItem => ({
  id,
  version: 1,
  taskId: 'task-1',
  taskType: 'feature',
  kind: 'edit',
  language: 'typescript',
  repoId: null,
  userId: null,
  model: null,
  guidanceVersion: null,
  userComment: null,
  files: ['src/a.ts'],
  added: 1,
  removed: 1,
  triage: 'behaviour',
  detectors: [],
  failure: null,
  status: 'pending',
  labels: [],
  assignee: null,
  lock: null,
  reviewedBy: null,
  reviewedAt: null,
  correctedAt: '2026-03-01T09:00:00.000Z',
  receivedAt: '2026-03-01T09:00:00.000Z',
  ...more,
});

describe('two texts side by side', () => {
  const shown = (rows: readonly Row[]) => rows.map(({ before, after }) => [before?.text, after?.text]);

  it('stand with lines that are alike on one height, and a changed line beside what became of it', () => {
    expect(shown(rowsOf('a\nlet x = load(1);\nb\n', 'a\nlog();\nlet x = await load(1);\nb\n'))).toEqual([
      ['a', 'a'],
      [undefined, 'log();'],
      ['let x = load(1);', 'let x = await load(1);'],
      ['b', 'b'],
    ]);
  });

  it('lose no line and no order, whatever the texts are', () => {
    const texts = ['', '\n', 'a', 'a\nb\n', 'b\na\nb', '\n\na\n', 'a\r\nb\r\n'];
    for (const before of texts) {
      for (const after of texts) {
        const rows = rowsOf(before, after);
        const sides = (side: 'before' | 'after') => rows.flatMap((row) => row[side] ?? []);
        const lines = (text: string) => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));
        expect(sides('before').map(({ text }) => text)).toEqual(lines(before));
        expect(sides('after').map(({ text }) => text)).toEqual(lines(after));
        expect(sides('after').map(({ at }) => at)).toEqual(lines(after).map((_, i) => i));
      }
    }
  });

  it('mark the words that changed, as one where only blanks lie between them', () => {
    const [row] = rowsOf('fetch(url, { body: file });', 'fetch(url, { body: file, signal: own });');
    const { text, marks } = row!.after!;
    expect(marks.map(([from, to]) => text.slice(from, to).trim())).toEqual([', signal: own']);
    expect(row!.before!.marks).toEqual([]);
  });

  it('claim of lines that have little in common nothing but their place', () => {
    const [row] = rowsOf('return null;', 'throw new UploadError(`gave up after ${count}`);');
    expect([row!.before!.marks, row!.after!.marks]).toEqual([[], []]);
  });

  it('fold away what is far from a change, and never a line or two', () => {
    const lines = Array.from({ length: 20 }, (_, i) => `line ${i}`);
    const changed = lines.with(10, 'other');
    const blocks = blocksOf(rowsOf(lines.join('\n'), changed.join('\n')));
    expect(blocks.map(({ kind, rows }) => [kind, rows.length])).toEqual([
      ['fold', 7],
      ['rows', 7],
      ['fold', 6],
    ]);
    const near = blocksOf(rowsOf(lines.slice(6).join('\n'), changed.slice(6).join('\n')));
    expect(near[0]!.rows).toHaveLength(1);
    expect(near[0]!.kind).toBe('rows');
  });

  it('are made line by line, a fold as one until somebody opens it', () => {
    const lines = Array.from({ length: 20 }, (_, i) => `line ${i}`);
    const blocks = blocksOf(rowsOf(lines.join('\n'), lines.with(10, 'other').join('\n')));
    expect(heightsOf(blocks, new Set()).map(({ kind }) => kind)).toEqual(['fold', ...Array(7).fill('row'), 'fold']);
    expect(heightsOf(blocks, new Set([0]))).toHaveLength(7 + 7 + 1);
  });

  it('of any size are compared in bounded time, as one taken out and one put in if need be', () => {
    const before = Array.from({ length: 5_000 }, (_, i) => `a ${i}`).join('\n');
    const after = Array.from({ length: 5_000 }, (_, i) => `b ${i}`).join('\n');
    expect(rowsOf(before, after)).toHaveLength(5_000);
  });
});

describe('a line', () => {
  const text = (line: string, isChanged = true) =>
    piecesOf(line, isChanged)
      .map((piece) => (piece.hidden === undefined ? piece.text : `<${piece.text}>`))
      .join('');

  it('shows what nobody would see', () => {
    expect(text('a\u200Bb\u202Ec')).toBe('a<U+200B>b<U+202E>c');
    expect(text('a\u{E0041}b')).toBe('a<U+E0041>b');
    expect(text('a\r')).toBe('a<CR>');
    expect(text('a\r\nb')).toBe('a\r\nb');
    expect(text('a\uFE01b')).toBe('a<U+FE01>b');
    expect(text('no\u00A0break')).toBe('no<U+00A0>break');
    expect(text('plain\ttext é 😀')).toBe('plain\ttext é 😀');
  });

  it('keeps its order, whatever is written from right to left in it', () => {
    expect(runsOf('const \u05D0\u05D1 = "\u05D2 \u05D3";')).toEqual([
      'const ',
      '\u05D0\u05D1',
      ' = "',
      '\u05D2 \u05D3',
      '";',
    ]);
    expect(runsOf('plain')).toEqual(['plain']);
  });

  it('shows blanks at its end where it changed, and nowhere else', () => {
    expect(text('a  ')).toBe('a<·><·>');
    expect(text('a  ', false)).toBe('a  ');
    expect(text('  a b')).toBe('  a b');
  });

  it('keeps its colours beside its marks, and all of its text', () => {
    const tokens = tokenLines([
      { text: 'let', kind: 'keyword' },
      { text: ' x\nlet', kind: undefined },
    ]);
    expect(tokens).toEqual([
      [
        { text: 'let', kind: 'keyword' },
        { text: ' x', kind: undefined },
      ],
      [{ text: 'let', kind: undefined }],
    ]);
    const side = { at: 0, text: 'let x', marks: [[2, 5]] as const };
    expect(segmentsOf(side, tokens[0], true)).toEqual([
      { text: 'le', kind: 'keyword', isMarked: false, hidden: undefined },
      { text: 't', kind: 'keyword', isMarked: true, hidden: undefined },
      { text: ' x', kind: undefined, isMarked: true, hidden: undefined },
    ]);
    const odd = { at: 0, text: '😀\u200B\u{E0041}z', marks: [[2, 5]] as const };
    expect(segmentsOf(odd).map((segment) => [segment.text, segment.isMarked])).toEqual([
      ['😀', false],
      ['U+200B', true],
      ['U+E0041', true],
      ['z', false],
    ]);
  });
});

describe('the queue', () => {
  it('begins with what is to be decided, and says in its address what it is filtered by', () => {
    expect(filterOf(new URLSearchParams())).toEqual(noFilter);
    expect(searchOf(noFilter)).toBe('');
    const filter = { ...noFilter, status: 'all' as const, query: 'a & b', label: 'naming' };
    expect(filterOf(new URLSearchParams(searchOf(filter)))).toEqual(filter);
    expect([isFiltered(filter), isFiltered({ ...noFilter, status: 'all' })]).toEqual([true, false]);
  });

  it('asks the server for nothing that it would refuse', () => {
    const asked = inputOf(filterOf(new URLSearchParams('?status=x&triage=nothing&q=+')), 50);
    expect(asked).toEqual({ limit: 50, status: 'pending' });
    expect(() => contract.listFeedback.input.parse(asked)).not.toThrow();
    expect(inputOf({ ...noFilter, query: 'x'.repeat(300) }, 1).query).toHaveLength(200);
  });

  it('offers what there is, and what is chosen though there is none of it', () => {
    const choices = choicesOf([item('1', { model: 'b' }), item('2', { model: 'a' })], { ...noFilter, model: 'c' });
    expect(choices.model).toEqual(['', 'a', 'b', 'c']);
    expect(choices.assignee).toEqual(['', 'me', 'none']);
  });
});

describe('rows that are being read', () => {
  const all = (...ids: string[]) => ({ items: ids.map((id) => item(id)), nextCursor: null });
  const idsOf = (rows: readonly FeedbackItem[]) => rows.map(({ id }) => id);

  it('stay where they are while others come and some are decided elsewhere', () => {
    const held = steadied([], all('5', '4', '3')).rows;
    const { rows, comers, gone } = steadied(held, all('7', '6', '5', '3'));
    expect(idsOf(rows)).toEqual(['5', '4', '3']);
    expect([comers, [...gone]]).toEqual([2, ['4']]);
    expect(idsOf(steadied([], all('7', '6', '5', '3')).rows)).toEqual(['7', '6', '5', '3']);
  });

  it('are followed by older ones once more are asked for', () => {
    const held = steadied([], { items: [item('5'), item('4')], nextCursor: '4' }).rows;
    const { rows, comers, gone } = steadied(held, all('5', '4', '3', '2'));
    expect([idsOf(rows), comers, gone.size]).toEqual([['5', '4', '3', '2'], 0, 0]);
  });

  it('are not called gone for lying behind the last one that was read', () => {
    const held = steadied([], { items: [item('5'), item('4')], nextCursor: '4' }).rows;
    const { comers, gone } = steadied(held, { items: [item('6'), item('5')], nextCursor: '5' });
    expect([comers, gone.size]).toEqual([1, 0]);
  });

  it('are as they were changed here, though an older answer says otherwise', () => {
    const mine = item('5', { version: 2, status: 'accepted' });
    expect(steadied([mine], all('5')).rows[0]).toBe(mine);
    const theirs = item('5', { version: 3, status: 'rejected' });
    expect(steadied([mine], { items: [theirs], nextCursor: null }).rows[0]).toBe(theirs);
  });
});

describe('a reviewer', () => {
  const me = 'reviewer-1';
  const nowMs = Date.parse('2026-03-01T10:00:00Z');
  const lockOf = (by: string, minutes: number) => ({ by, until: new Date(nowMs + minutes * 60_000).toISOString() });

  it('is kept off by the lock of another for as long as that holds', () => {
    expect(heldBy({ lock: lockOf('reviewer-2', 5) }, me, nowMs)).toBe('reviewer-2');
    expect(heldBy({ lock: lockOf('reviewer-2', -5) }, me, nowMs)).toBeUndefined();
    expect(heldBy({ lock: lockOf(me, 5) }, me, nowMs)).toBeUndefined();
    expect(heldBy({ lock: null }, me, nowMs)).toBeUndefined();
    expect([lockOf(me, 5), lockOf(me, -5), null].map((lock) => isHeldByMe({ lock }, me, nowMs))).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('takes back just what was done', () => {
    const before = item('1', { status: 'rejected', labels: ['a'], assignee: 'reviewer-2' });
    expect(undoOf(before, { status: 'accepted' })).toEqual({ status: 'rejected' });
    expect(undoOf(before, { labels: ['a', 'b'] })).toEqual({ labels: ['a'] });
    expect(undoOf(before, { assignee: me })).toEqual({ assignee: 'reviewer-2' });
    expect(undoOf(before, { lock: true })).toEqual({});
    expect(undoOf(item('1', { triage: null }), { triage: 'rename' })).toEqual({});
  });

  it('puts a label on and takes it off by the same key, never more than may be', () => {
    expect(withLabel(['a'], 'b')).toEqual(['a', 'b']);
    expect(withLabel(['a', 'b'], 'a')).toEqual(['b']);
    const most = Array.from({ length: 20 }, (_, i) => `l${i}`);
    expect(withLabel(most, 'one-more')).toHaveLength(20);
  });

  it('reads who changed it meanwhile, and to what', () => {
    const mine = item('1');
    const theirs = item('1', { version: 2, status: 'accepted', labels: ['scope'], reviewedBy: 'reviewer-2' });
    expect(meanwhileText(mine, theirs)).toBe(
      'reviewer-2 changed it meanwhile: it is accepted now, labelled scope. Nothing of yours was written.',
    );
    expect(meanwhileText(mine, item('1', { lock: lockOf('reviewer-3', 5) }))).toMatch(
      /^reviewer-3 .*locked by reviewer-3/,
    );
    expect(meanwhileText(mine, item('1', { version: 2 }))).toMatch(/^Somebody else changed it meanwhile\. /);
  });

  it('reads what was done', () => {
    expect(changeText({ labels: ['a', 'b'] }, item('1', { labels: ['a'] }))).toBe('Labelled b');
    expect(changeText({ labels: [] }, item('1', { labels: ['a'] }))).toBe('Label taken off');
    expect(changeText({ status: 'accepted' }, item('1'))).toBe('Accepted');
    expect(changeText({ assignee: null }, item('1'))).toBe('Assigned to nobody');
  });

  it('goes on to what is open behind this one, then to what was passed over', () => {
    const items = [item('1'), item('2', { status: 'accepted' }), item('3'), item('4', { status: 'rejected' })];
    expect(nextOpen(items, '1')?.id).toBe('3');
    expect(nextOpen(items, '3')?.id).toBe('1');
    expect(nextOpen([item('1')], '1')).toBeUndefined();
  });

  it('is told why a key does nothing, and changes nothing then', () => {
    const done: unknown[] = [];
    const keys = (refusal: string | undefined) =>
      reviewKeys({
        item: item('1', { labels: ['a'] }),
        labels: ['a', 'b'],
        me,
        nowMs,
        refusal,
        tell: (text) => done.push(text),
        act: (_, change) => done.push(change),
        takeBack: () => done.push('back'),
      });
    for (const key of ['a', 'r', '1', '2', 'l', 'm', 'z'])
      keys(undefined)
        .find(({ keys: own }) => own === key)!
        .run();
    expect(done.splice(0)).toEqual([
      { status: 'accepted' },
      { status: 'rejected' },
      { labels: [] },
      { labels: ['a', 'b'] },
      { lock: true },
      { assignee: me },
      'back',
    ]);
    keys('no')[0]!.run();
    expect(done).toEqual(['no']);
  });

  it('gives by key the labels that are given most, then those to begin with', () => {
    const given = usedLabels([item('1', { labels: ['b', 'a'] }), item('2', { labels: ['a'] })]);
    expect(given.slice(0, 2)).toEqual(['a', 'b']);
    expect(given).toHaveLength(9);
    expect(labelsOf('one, two  one Three!')).toEqual({ labels: ['one', 'two'], wrong: ['Three!'] });
  });
});
