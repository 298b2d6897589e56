import type { Language } from '../problem.ts';
import type { Sandbox } from './sandbox.ts';

/** Two sandboxes for what neither runs alone; a language is graded by the first that has it. It goes by the first one's name. */
export function joined(first: Sandbox, second: Sandbox): Sandbox {
  const both = [first, second];
  const of = (language: Language) => both.find(({ languages }) => languages.includes(language)) ?? first;
  const all = (wall: 'network' | 'hostFiles' | 'memory' | 'cpu' | 'processes' | 'openFiles') =>
    both.every(({ enforces }) => enforces[wall]);
  return {
    tier: first.tier,
    languages: both.flatMap(({ languages }) => languages),
    enforces: {
      network: all('network'),
      hostFiles: all('hostFiles'),
      memory: all('memory'),
      cpu: all('cpu'),
      processes: all('processes'),
      openFiles: all('openFiles'),
      cannot: [
        `${names(second.languages)} is graded by the ${second.tier} sandbox.`,
        ...both.flatMap(({ tier, enforces }) => enforces.cannot.map((sentence) => `${tier}: ${sentence}`)),
      ],
    },
    versions: { ...second.versions, ...first.versions },
    grade: (job, signal) => of(job.language).grade(job, signal),
    probe: async () => (await Promise.all(both.map((one) => one.probe()))).flat(),
    close: async () => void (await Promise.all(both.map((one) => one.close()))),
  };
}

const spelled: Record<Language, string> = { python: 'Python', javascript: 'JavaScript', typescript: 'TypeScript' };
const names = (languages: readonly Language[]) => languages.map((language) => spelled[language]).join(' or ');
