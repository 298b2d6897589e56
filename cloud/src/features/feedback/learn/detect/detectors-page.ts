import { detectors } from './detectors.ts';

const spoken = { both: 'TypeScript, JavaScript, Python', script: 'TypeScript, JavaScript', python: 'Python' };
const cell = (text: string) => text.replaceAll('|', '\\|');

/** docs/feedback-detectors.md; `pnpm generate` writes it. */
export const detectorsPage = (): string =>
  [
    '# Detectors of corrections',
    '',
    'What is recognised in a correction, by comparing the syntax trees of what an agent left and what a person made of it, in the lines',
    'that changed. Places where it could have been done and was not are counted too: they are what its lift is measured against. The rule is',
    'what a version of guidance says by default. Written by `pnpm generate`.',
    '',
    '| id | languages | what happened | rule for agents |',
    '| --- | --- | --- | --- |',
    ...detectors.map(
      ({ id, languages, title, guidance }) =>
        `| \`${id}\` | ${spoken[languages]} | ${cell(title)} | ${cell(guidance)} |`,
    ),
    '',
  ].join('\n');
