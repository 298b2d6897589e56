import { indexBuilder, rankChunks, type TermIndex } from '@whetstone/shared/knowledge';

/** What of an accepted correction is searched. */
export interface IndexedRow {
  id: string;
  taskType: string | null;
  language: string | null;
  repoId: string | null;
  correctedAt: Date;
  comment: string | null;
  file: string;
  code: string;
}

export interface ExampleWish {
  taskType?: string | undefined;
  language?: string | undefined;
  query?: string | undefined;
}

export interface Found {
  id: string;
  correctedAtMs: number;
  repoId: string | undefined;
  /** From 0 to 1; undefined where nothing was asked. */
  similarity: number | undefined;
  /** False where a type of task is wanted and nobody said of which this one is. */
  isOfType: boolean;
}

/** Of a comment, and of code: its beginning says what it is about. */
const mostOfComment = 500;
const mostOfCode = 1_000;

/** Accepted corrections as they are searched; their texts are not kept. */
export function exampleIndexBuilder() {
  const terms = indexBuilder();
  const known = new Map<string, number>();
  const names = new Map<string, number>();
  const ids: string[] = [];
  const times: number[] = [];
  const [taskTypes, languages, repos]: [number[], number[], number[]] = [[], [], []];
  const numberOf = (name: string | null) => {
    if (name === null) return nobodySaid;
    const number = names.get(name) ?? names.size;
    names.set(name, number);
    return number;
  };

  return {
    has: (id: string) => known.has(id),
    size: () => ids.length,
    add({ id, taskType, language, repoId, correctedAt, comment, file, code }: IndexedRow) {
      known.set(id, ids.length);
      ids.push(id);
      times.push(correctedAt.getTime());
      taskTypes.push(numberOf(taskType));
      languages.push(numberOf(language));
      repos.push(numberOf(repoId));
      terms.add({
        title: (comment ?? '').slice(0, mostOfComment),
        trail: [file],
        text: code.slice(0, mostOfCode),
        page: ids.length - 1,
      });
    },
    done(): ExampleIndex {
      return exampleIndex({
        known,
        ids,
        times: Float64Array.from(times),
        taskTypes: Int32Array.from(taskTypes),
        languages: Int32Array.from(languages),
        repos: Int32Array.from(repos),
        names,
        terms: terms.done(),
      });
    },
  };
}

interface Held {
  known: Map<string, number>;
  ids: readonly string[];
  times: Float64Array;
  taskTypes: Int32Array;
  languages: Int32Array;
  repos: Int32Array;
  names: ReadonlyMap<string, number>;
  terms: TermIndex;
}

export interface ExampleIndex {
  size: number;
  has: (id: string) => boolean;
  /**
   * How many are of the kind that is wanted, and the best of them: at most 200 of the type of task that is wanted, and as many of those
   * of which no type is known.
   */
  find: (wish: ExampleWish, gone: ReadonlySet<string>) => { considered: number; best: (Found & { score: number })[] };
}

const mostFound = 200;
const nobodySaid = -1;
const nobodyHas = -2;

function exampleIndex({ known, ids, times, taskTypes, languages, repos, names, terms }: Held): ExampleIndex {
  const nameOf = [...names.keys()];
  const newestFirst = Uint32Array.from(ids.keys()).sort((a, b) => times[b]! - times[a]! || a - b);

  function bestOf(query: string | undefined, isWanted: (at: number) => boolean): { at: number; score: number }[] {
    if (query !== undefined)
      return rankChunks(terms, query, isWanted).map(({ chunk, score }) => ({ at: chunk, score }));
    const found: { at: number; score: number }[] = [];
    for (const at of newestFirst) {
      if (found.length === mostFound) break;
      if (isWanted(at)) found.push({ at, score: 0 });
    }
    return found;
  }

  return {
    size: ids.length,
    has: (id) => known.has(id),
    find({ taskType, language, query }, gone) {
      const numberOf = (name: string | undefined) => (name === undefined ? undefined : (names.get(name) ?? nobodyHas));
      const [wantedType, wantedLanguage] = [numberOf(taskType), numberOf(language)];
      const isGone = new Uint8Array(ids.length);
      for (const id of gone) {
        const at = known.get(id);
        if (at !== undefined) isGone[at] = 1;
      }
      const isThere = (at: number) =>
        isGone[at] === 0 && (wantedLanguage === undefined || languages[at] === wantedLanguage);
      const isOfType = (at: number) => wantedType === undefined || taskTypes[at] === wantedType;
      let [ofType, ofNone] = [0, 0];
      for (let at = 0; at < ids.length; at++) {
        if (!isThere(at)) continue;
        if (isOfType(at)) ofType++;
        else if (taskTypes[at] === nobodySaid) ofNone++;
      }
      const shown = (right: boolean) => (found: { at: number; score: number }) => ({
        id: ids[found.at]!,
        correctedAtMs: times[found.at]!,
        repoId: nameOf[repos[found.at]!],
        similarity: undefined,
        score: found.score,
        isOfType: right,
      });
      const best = ofType === 0 ? [] : bestOf(query, (at) => isOfType(at) && isThere(at)).map(shown(true));
      if (ofNone > 0)
        best.push(...bestOf(query, (at) => taskTypes[at] === nobodySaid && isThere(at)).map(shown(false)));
      return { considered: ofType + ofNone, best };
    },
  };
}
