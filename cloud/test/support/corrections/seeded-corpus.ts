import { seededRandom } from '@whetstone/shared/stats';

/** Constructed: code as agents write it, with changes made to it at known rates. */
export interface MadeCorrection {
  taskId: string;
  taskType: string;
  model: string;
  repoId: string;
  userId: string;
  path: string;
  language: 'typescript' | 'python';
  agent: string;
  human: string;
}

interface Line {
  text: string;
  /** What a person makes of it; absent where it is left but for noise. */
  made?: string[] | undefined;
  /** How often, in the mean over corrections. */
  rate: number;
}

interface Options {
  seed: number;
  corrections: number;
  /** Of planted changes; 0 for none. */
  planted?: boolean;
  /** How often any other line is changed at random. */
  noise?: number;
  /** Makes every change one of form alone. */
  cosmetic?: boolean;
}

/** In the order of their lift. Each is in one language. */
export const planted = [
  { before: 'console.log($A, $B)', after: '', language: 'typescript', rate: 0.6 },
  { before: 'requests.get($A)', after: 'requests.get($A, timeout=$B)', language: 'python', rate: 0.55 },
  { before: '$A == null', after: '$A === null', language: 'typescript', rate: 0.4 },
  { before: ': any', after: ': unknown', language: 'typescript', rate: 0.3 },
] as const;

const nouns = [
  'user',
  'order',
  'invoice',
  'report',
  'ticket',
  'basket',
  'parcel',
  'member',
  'branch',
  'ledger',
  'quota',
  'route',
];
const verbs = ['load', 'save', 'merge', 'build', 'format', 'select', 'resolve', 'collect', 'prepare', 'publish'];

/** Lines of one function, with what is planted in them; always as many, so that the rate over all lines is known. */
function typescriptLines(pick: Pick, rate: (of: number) => number): Line[] {
  const [a, b, c] = [pick(nouns), pick(nouns), pick(nouns)].map((noun, i) => noun + ['', 'Row', 'Item'][i]!);
  const id = `${a}Id`;
  return [
    {
      text: `export async function ${pick(verbs)}${capital(a!)}(${id}: string, options: any): Promise<string> {`,
      made: [`export async function KEEP(${id}: string, options: unknown): Promise<string> {`],
      rate: rate(0.3),
    },
    { text: `  const ${a} = await ${pick(verbs)}${capital(b!)}(${id});`, rate: 0 },
    { text: `  console.log('${a} of', ${id});`, made: [], rate: rate(0.6) },
    {
      text: `  if (${a} == null) throw new Error('no ${a}');`,
      made: [`  if (${a} === null) throw new Error('no ${a}');`],
      rate: rate(0.4),
    },
    { text: `  const ${b} = ${pick(verbs)}(${a}.${pick(nouns)}, ${number(pick)});`, rate: 0 },
    { text: `  const ${c} = ${b}.${pick(verbs)}(options);`, rate: 0 },
    { text: `  let total = ${number(pick)};`, rate: 0 },
    { text: `  for (const ${pick(nouns)}Part of ${c}) total += ${number(pick)};`, rate: 0 },
    { text: `  await ${pick(verbs)}${capital(c!)}(${b}, total);`, rate: 0 },
    { text: `  return ${a}.${pick(nouns)}; }`, rate: 0 },
  ];
}

function pythonLines(pick: Pick, rate: (of: number) => number): Line[] {
  const [a, b, c] = [pick(nouns), pick(nouns), pick(nouns)].map((noun, i) => noun + ['', '_row', '_item'][i]!);
  return [
    { text: `def ${pick(verbs)}_${a}(${a}_url, options):`, rate: 0 },
    {
      text: `    ${a} = requests.get(${a}_url)`,
      made: [`    ${a} = requests.get(${a}_url, timeout=${number(pick)})`],
      rate: rate(0.55),
    },
    { text: `    ${b} = ${a}.${pick(nouns)}`, rate: 0 },
    { text: `    ${c} = ${pick(verbs)}_${b}(${b}, ${number(pick)})`, rate: 0 },
    { text: `    if ${c} > ${number(pick)}:`, rate: 0 },
    { text: `        raise ValueError("${c}")`, rate: 0 },
    { text: `    total = ${number(pick)}`, rate: 0 },
    { text: `    for part in ${c}:`, rate: 0 },
    { text: `        total += ${pick(verbs)}(part)`, rate: 0 },
    { text: `    return ${b}`, rate: 0 },
  ];
}

/** What of all lines is changed, by language; insertions change none. */
export function baseRateOf(language: 'typescript' | 'python', noise: number): number {
  const lines =
    language === 'typescript'
      ? typescriptLines(
          (all) => all[0]!,
          (of) => of,
        )
      : pythonLines(
          (all) => all[0]!,
          (of) => of,
        );
  const changed = lines.reduce((sum, { rate }) => sum + (rate > 0 ? rate : noise), 0);
  return changed / lines.length;
}

type Pick = (all: readonly string[]) => string;
const number = (pick: Pick) => pick(['2', '3', '7', '10', '30', '100', '250']);
const capital = (text: string) => text[0]!.toUpperCase() + text.slice(1);

/** One correction a function. Rates differ between corrections, half of them half and half of them one and a half as much. */
export function seededCorpus({
  seed,
  corrections,
  planted: isPlanted = true,
  noise = 0.04,
  cosmetic = false,
}: Options): MadeCorrection[] {
  const random = seededRandom(seed);
  const pick: Pick = (all) => all[Math.floor(random() * all.length)]!;
  return Array.from({ length: corrections }, (_, i): MadeCorrection => {
    const language = i % 2 === 0 ? 'typescript' : 'python';
    const zeal = random() < 0.5 ? 0.5 : 1.5;
    const rate = (of: number) => (isPlanted ? of : 0);
    const lines = language === 'typescript' ? typescriptLines(pick, rate) : pythonLines(pick, rate);
    const human = lines.flatMap(({ text, made, rate: of }) => {
      if (cosmetic) return random() < 0.5 ? cosmeticOf(text, language) : [text];
      if (of > 0) return random() < of * zeal ? keepingName(made!, text) : [text];
      return random() < noise * zeal ? noiseOf(text, random, pick) : [text];
    });
    return {
      taskId: `task-${seed}-${i}`,
      taskType: pick(['feature', 'bugfix', 'refactor']),
      model: pick(['model-1', 'model-2']),
      repoId: pick(['acme/shop', 'acme/desk', 'acme/mail']),
      userId: pick(['user-1', 'user-2', 'user-3', 'user-4']),
      path: `src/part-${i % 40}.${language === 'typescript' ? 'ts' : 'py'}`,
      language,
      agent: `${lines.map(({ text }) => text).join('\n')}\n`,
      human: `${human.join('\n')}\n`,
    };
  });
}

const keepingName = (made: string[], text: string) =>
  made.map((line) => line.replace('KEEP', /function (\w+)/.exec(text)?.[1] ?? ''));

/** A line gone, another number, another name, or another call. */
function noiseOf(text: string, random: () => number, pick: Pick): string[] {
  const some = () => `${pick(nouns)}_${Math.floor(random() * 1_000)}`;
  const kinds = [
    () => (/^ (?!.*(?:return|for|if|raise)\b)/.test(text) ? [] : [text]),
    () => [text.replace(/\d+/, () => String(Math.floor(random() * 9_000) + 1_000))],
    () => [text.replace(/\b[a-z]+(?:Row|Item|_row|_item)?\b(?=[.,)])/, some)],
    () => [text.replace(/\b[a-z_A-Z]+\(/, () => `${some()}(`)],
  ];
  const first = Math.floor(random() * kinds.length);
  for (let i = 0; i < kinds.length; i++) {
    const made = kinds[(first + i) % kinds.length]!();
    if (made[0] !== text) return made;
  }
  return [text];
}

/** Quotes, spaces, semicolons, trailing commas and comments. */
function cosmeticOf(text: string, language: MadeCorrection['language']): string[] {
  const remark = language === 'typescript' ? '// as it was asked for' : '# as it was asked for';
  const quotes = text.includes('"') ? text.replaceAll('"', "'") : text.replaceAll("'", '"');
  return [/[;)]$/.test(text) ? `${quotes.replace(/;$/, '')} ${remark}` : quotes];
}
