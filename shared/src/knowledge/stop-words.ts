const articles = 'a an the of in on at to for by with from as into onto';
const pronouns =
  'i me my we us our you your he she it its they them their this that these those there here something anything';
const questions = 'what when where which who whom whose why how';
const auxiliaries =
  'is are was were be been being am do does did has have had can could should would will may might must shall';
const joining = 'and or but if then than so not no nor also just about';
const asking = 'use using used get set between vs versus difference';

const wordsOf = (...lists: string[]) => new Set(lists.flatMap((list) => list.split(' ')));

/** What questions are full of and answers are not told apart by. */
export const usualStops: ReadonlySet<string> = wordsOf(articles, pronouns, questions, auxiliaries, joining, asking);

/** For a question that is made of nothing else. */
export const fewStops: ReadonlySet<string> = wordsOf(articles);
