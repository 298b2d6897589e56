import { describe, expect, it } from 'vitest';
import { apply, close, emptyState, report, type Entry } from '../../src/capture/engine/index.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

type Moved = Extract<Entry, { kind: 'moved' }>;

/** A tree of which the engine is told, a minute between two things. */
function story(begin: Record<string, string> = {}) {
  let state = emptyState();
  let nowMs = 1_700_000_000_000;
  const tree = new Map<string, string | null>(Object.entries(begin));
  const tell = (entry: Entry) => {
    nowMs += 60_000;
    state = apply(state, entry);
  };
  const look = (path: string) => ({ path, text: tree.get(path) ?? null });
  const phase = (kind: 'pre' | 'post', path: string, session: string) =>
    tell({ kind, atMs: nowMs, session, agent: 'agent', files: [look(path)] });
  const own = {
    begins: (path: string, session = 's') => phase('pre', path, session),
    ends: (path: string, session = 's') => phase('post', path, session),
    agent(path: string, text: string, session = 's') {
      own.begins(path, session);
      tree.set(path, text);
      own.ends(path, session);
    },
    /** Nobody looks. */
    put: (path: string, text: string | null) => void tree.set(path, text),
    settle: () =>
      tell({ kind: 'settle', atMs: nowMs, why: 'prompt', files: [...tree.keys()].map((path) => look(path)) }),
    person(path: string, text: string | null) {
      tree.set(path, text);
      own.settle();
    },
    /** By git, of others, before anybody looks. */
    pulls(path: string, text: string) {
      tell({
        kind: 'moved',
        atMs: nowMs,
        why: 'merge',
        by: 'others',
        files: [{ path, from: tree.get(path)!, to: text }],
      });
      tree.set(path, text);
    },
    git(why: Moved['why'], to: Record<string, string | null>, { by = 'user', renames }: Partial<Moved> = {}) {
      const files = Object.entries(to).map(([path, text]) => ({ path, from: tree.get(path) ?? null, to: text }));
      for (const [path, text] of Object.entries(to)) tree.set(path, text);
      tell({ kind: 'moved', atMs: nowMs, why, by, files, ...(renames && { renames }) });
      own.settle();
    },
    denied: (path: string, text: string) =>
      tell({ kind: 'denied', atMs: nowMs, session: 's', agent: 'agent', files: [{ path, text }] }),
    wait: (ms: number) => void (nowMs += ms),
    hunks: () => report(state, nowMs),
    /** The agents' lines by verdict. */
    verdicts() {
      const lines: Record<string, number> = {};
      for (const { verdict, agentLines } of report(state, nowMs)) lines[verdict] = (lines[verdict] ?? 0) + agentLines;
      return lines;
    },
    close() {
      const closed = close(state, nowMs);
      state = closed.state;
      return closed.closing;
    },
  };
  return own;
}

const base = 'import { load } from "./load.js";\n\nexport const limit = 10;\n';
const added = "export const first = load('first');\nexport const second = load('second');\n";

/** After one write of two lines. */
function written(path = 'a.ts') {
  const one = story({ [path]: base });
  one.agent(path, base + added);
  return one;
}

describe('a person', () => {
  it('who changes a line has edited it', () => {
    const one = written();
    one.person('a.ts', base + added.replace("load('second')", 'await load(secondName)'));
    expect(one.verdicts()).toEqual({ kept: 1, edited: 1 });
    expect(one.hunks().find(({ verdict }) => verdict === 'edited')).toMatchObject({
      file: 'a.ts',
      startLine: 5,
      endLine: 5,
      session: 's',
      before: "export const second = load('second');",
      after: 'export const second = await load(secondName);',
    });
  });

  it('who takes a line away has deleted it', () => {
    const one = written();
    one.person('a.ts', base + added.split('\n')[0] + '\n');
    expect(one.verdicts()).toEqual({ kept: 1, deleted: 1 });
  });

  it('who puts back what was there has rejected the write', () => {
    const one = story({ 'a.ts': base });
    one.agent('a.ts', base.replace('10', '99'));
    one.person('a.ts', base);
    expect(one.verdicts()).toEqual({ rejected: 1 });
  });

  it('who refuses a write has rejected it before it was', () => {
    const one = story({ 'a.ts': base });
    one.begins('a.ts');
    one.denied('a.ts', base + added);
    one.settle();
    expect(one.verdicts()).toEqual({ rejected_before_write: 2 });
  });

  it('who writes beside the lines of an agent changes none of them', () => {
    const one = written();
    one.person('a.ts', `${base}const mine = 1;\n${added}const also = 2;\n`);
    expect(one.verdicts()).toEqual({ kept: 2 });
  });

  it('and an agent that change the same line have both done so', () => {
    const one = written();
    one.person('a.ts', base + added.replace("load('second')", 'load(mine)'));
    one.agent('a.ts', base + added.replace("load('second')", 'load(mine, again)'));
    expect(one.verdicts()).toMatchObject({ mixed: 1 });
  });

  it('who types while an agent runs is told from it', () => {
    const one = written();
    one.put('a.ts', base + added.replace("load('first')", 'load(mine)'));
    one.agent('a.ts', base + added.replace("load('first')", 'load(mine)') + 'export const third = 3;\n');
    expect(one.verdicts()).toEqual({ edited: 1, kept: 2 });
  });
});

describe('an agent', () => {
  it('that writes its own line anew has revised it', () => {
    const one = written();
    one.agent('a.ts', base + added.replace("load('second')", 'load(better)'));
    expect(one.verdicts()).toEqual({ kept: 2, agent_revision: 1 });
  });

  it('that formats in its shell corrects nobody', () => {
    const one = written();
    one.agent('a.ts', base + added.replaceAll("'", '"'));
    const { edited, deleted, rejected } = one.verdicts();
    expect([edited, deleted, rejected]).toEqual([undefined, undefined, undefined]);
  });

  it('shares a file with another, each with lines of its own', () => {
    const one = story({ 'a.ts': base });
    one.agent('a.ts', base + added, 's1');
    one.agent('a.ts', `${base}${added}export const third = load('third');\n`, 's2');
    one.person('a.ts', `${base}${added.replace("load('first')", 'load(x)')}export const third = load(y);\n`);
    const edited = one.hunks().filter(({ verdict }) => verdict === 'edited');
    expect(edited.map(({ session, before }) => [session, before])).toEqual([
      ['s1', "export const first = load('first');"],
      ['s2', "export const third = load('third');"],
    ]);
  });

  it('that changes what another is writing leaves it open whose line that was', () => {
    const one = story({ 'a.ts': base });
    one.begins('a.ts', 's1');
    one.agent('a.ts', base + added, 's2');
    one.ends('a.ts', 's1');
    const { edited, deleted, rejected } = one.verdicts();
    expect([edited, deleted, rejected]).toEqual([undefined, undefined, undefined]);
  });

  it('whose writes nobody announced is not taken for a person', () => {
    const one = written();
    one.put('a.ts', base + added.replace("load('second')", 'load(better)'));
    one.ends('a.ts', 's2');
    expect(one.verdicts()).toEqual({ kept: 1, unknown: 1 });
  });
});

describe('form', () => {
  const corrected = (one: ReturnType<typeof story>) => {
    const { edited = 0, deleted = 0, rejected = 0, mixed = 0 } = one.verdicts();
    return edited + deleted + rejected + mixed;
  };
  const broken = added.replace("load('first')", "load(\n  'first',\n)");
  it.each([
    ['quotes', base + added.replaceAll("'", '"')],
    ['semicolons', base + added.replaceAll(';', '')],
    ['blank lines', `${base}\n\n${added}\n`],
    ['broken statements', base + broken],
    ['indentation', base + added.replaceAll('export', '  export')],
    ['ends of lines', (base + added).replaceAll('\n', '\r\n')],
    ['a byte order mark', `\uFEFF${base}${added}`],
    ['no end of the last line', (base + added).trimEnd()],
  ])('is not a correction: %s', (_what, text) => {
    const one = written();
    one.person('a.ts', text);
    expect(corrected(one)).toBe(0);
    const { kept = 0, cosmetic = 0 } = one.verdicts();
    expect(kept + cosmetic).toBe(2);
  });

  it('does not hide what was changed beside it', () => {
    const one = written();
    one.person(
      'a.ts',
      `${base.replaceAll('"', "'")}\texport const first = load("first");\nconst mine = load("mine");\nexport const second = load(2);\n`,
    );
    expect(one.verdicts()).toEqual({ cosmetic: 1, edited: 1 });
  });

  it('is more than form where Python indents', () => {
    const one = story({ 'a.py': 'ready = check()\n' });
    one.agent('a.py', "ready = check()\nfirst = load('first')\nsecond = load('second')\n");
    one.person('a.py', 'ready = check()\nif ready:\n    first = load("first")\nsecond = load("second")\n');
    expect(one.verdicts()).toEqual({ edited: 1, cosmetic: 1 });
  });

  it('of letters beyond ASCII is no matter', () => {
    const text = "const gruß = '🙂 übrig';\nconst 名前 = 'x';\n";
    const one = story({ 'a.ts': base });
    one.agent('a.ts', base + text);
    one.person('a.ts', base.replaceAll('"', "'") + text.replaceAll("'", '"'));
    expect(corrected(one)).toBe(0);
  });

  it('of a file of 1 MB is no matter either, and one line of it is found', { timeout: 120_000 }, () => {
    const lines = Array.from({ length: 4_000 }, (_, i) => `call(${i}, '${'constructed '.repeat(22)}');`);
    const text = `${lines.join('\n')}\n`;
    expect(text.length).toBeGreaterThan(1_000_000);
    const one = story({ 'big.ts': '' });
    one.agent('big.ts', text);
    one.person('big.ts', text.replaceAll('\n', '\r\n').replace('call(2000,', 'other(2000,'));
    expect(one.verdicts()).toEqual({ kept: 3_999, edited: 1 });
  });
});

describe('git', () => {
  it.each(['commit', 'rewrite', 'reset'] as const)(
    'that moves HEAD by %s and leaves the tree changes nothing',
    (why) => {
      const one = written();
      one.git(why, { 'a.ts': base + added });
      expect(one.verdicts()).toEqual({ kept: 2 });
    },
  );

  it('that stashes has deleted nothing, also of what was formatted before, and brings it back', () => {
    const one = written();
    const formatted = base.replaceAll('"', "'") + added.replaceAll("'", '"');
    one.put('a.ts', formatted);
    one.git('stash', { 'a.ts': base });
    expect(one.verdicts()).toEqual({ unknown: 2 });
    one.git('stash', { 'a.ts': formatted });
    expect(one.verdicts()).toEqual({ cosmetic: 2 });
  });

  it('that checks out another branch takes lines away until it comes back', () => {
    const one = written();
    one.git('checkout', { 'a.ts': base });
    one.git('checkout', { 'a.ts': base + added });
    expect(one.verdicts()).toEqual({ kept: 2 });
  });

  it('that drops work has rejected it when a day has gone by', () => {
    const one = written();
    one.git('reset', { 'a.ts': base });
    expect(one.verdicts()).toEqual({ unknown: 2 });
    one.wait(25 * hourMs);
    expect(one.verdicts()).toEqual({ rejected: 2 });
  });

  it('that drops work has rejected nothing when it comes back within the day', () => {
    const one = written();
    one.git('reset', { 'a.ts': base });
    one.wait(20 * hourMs);
    one.person('a.ts', base + added);
    one.wait(25 * hourMs);
    expect(one.verdicts()).toEqual({ kept: 2 });
  });

  it('that merges brings what others changed, which is not the work of who is here', () => {
    const one = written();
    one.git('merge', { 'a.ts': `// others\n${base}${added.split('\n')[0]}\n` }, { by: 'others' });
    const { edited, deleted, rejected } = one.verdicts();
    expect([edited, deleted, rejected]).toEqual([undefined, undefined, undefined]);
  });

  it('that pulls while a command of an agent runs brings lines that are not the agent’s, nor a person’s', () => {
    const one = written();
    const pulled = `// others\n${base}${added}`;
    one.begins('a.ts');
    one.pulls('a.ts', pulled);
    one.ends('a.ts');
    expect(one.verdicts()).toEqual({ kept: 2 });
    expect(one.hunks()).toHaveLength(1);

    // What the command did besides nobody can tell from what git did.
    one.begins('a.ts');
    one.pulls('a.ts', `// more\n${pulled}`);
    one.put('a.ts', `// more\n${pulled.replace("load('second')", 'load(better)')}`);
    one.ends('a.ts');
    expect(one.verdicts()).toEqual({ kept: 1, unknown: 1 });
  });

  it('that renames a file takes its lines along', () => {
    const one = written();
    one.git('commit', { 'a.ts': null, 'b.ts': base + added }, { renames: [['a.ts', 'b.ts']] });
    one.person('b.ts', base + added.replace("load('second')", 'load(mine)'));
    expect(one.verdicts()).toEqual({ kept: 1, edited: 1 });
    expect(one.hunks().map(({ file }) => file)).toEqual(['b.ts', 'b.ts']);
  });
});

describe('a move', () => {
  it('to another place or file keeps lines, and so does a split', () => {
    const one = written();
    one.person('a.ts', added + base);
    expect(one.verdicts()).toEqual({ kept: 2 });
    one.put('a.ts', base);
    one.put('b.ts', added);
    one.settle();
    expect(one.verdicts()).toEqual({ kept: 2 });
  });
});

describe('closing', () => {
  it('hands out corrections after a day, once, and what survived after seven', () => {
    const one = written();
    one.person('a.ts', base + added.replace("load('second')", 'load(mine)'));
    expect(one.close()).toEqual({ corrections: [], survivals: [] });
    one.wait(dayMs);
    const { corrections, survivals } = one.close();
    expect(survivals).toEqual([]);
    expect(corrections).toMatchObject([{ session: 's', file: 'a.ts', agentText: base + added }]);
    expect(corrections[0]!.humanText).toContain('load(mine)');
    expect(corrections[0]!.hunks.map(({ verdict }) => verdict).sort()).toEqual(['edited', 'kept']);
    expect(one.close().corrections).toEqual([]);
    one.wait(6 * dayMs);
    expect(one.close().survivals).toEqual([
      { session: 's', agent: 'agent', language: 'typescript', lines: { kept: 1, edited: 1 }, agentLines: 2 },
    ]);
    expect(one.close().survivals).toEqual([]);
    expect(one.hunks()).toEqual([]);
  });

  it('hands out no correction where only the form was changed', () => {
    const one = written();
    one.person('a.ts', base + added.replaceAll("'", '"'));
    one.wait(dayMs);
    expect(one.close().corrections).toEqual([]);
    one.wait(6 * dayMs);
    expect(one.close().survivals).toMatchObject([{ lines: { cosmetic: 2 }, agentLines: 2 }]);
  });
});
