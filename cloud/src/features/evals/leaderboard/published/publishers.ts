import type { PublishedResult } from '@whetstone/shared/contract';
import { parseAider } from './aider.ts';
import { parseEvalPlus } from './evalplus.ts';
import type { Parse } from './parsed.ts';
import { parseSweBench } from './swe-bench.ts';

interface Publisher {
  parse: Parse;
  /** Where its file lies, and what it may be used for; said unless the import says otherwise. */
  url: string;
  licence: string;
}

export const publishers: Record<PublishedResult['source'], Publisher> = {
  evalplus: {
    parse: parseEvalPlus,
    url: 'https://github.com/evalplus/evalplus.github.io/blob/main/results.json',
    licence: 'Apache-2.0',
  },
  'swe-bench': {
    parse: parseSweBench,
    url: 'https://github.com/SWE-bench/swe-bench.github.io/blob/master/data/leaderboards.json',
    licence: 'CC-BY-NC-4.0',
  },
  aider: {
    parse: parseAider,
    url: 'https://github.com/Aider-AI/aider/blob/main/aider/website/_data/polyglot_leaderboard.yml',
    licence: 'Apache-2.0',
  },
};
