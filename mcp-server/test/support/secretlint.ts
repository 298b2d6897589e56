import { lintSource } from '@secretlint/core';
import { rules } from '@secretlint/secretlint-rule-preset-recommend';

/** What secretlint's recommended rules find in a text, with the AWS ids it leaves alone by default; comments switch none off. */
export async function secretsFoundBySecretlint(content: string) {
  const wanted = rules.filter(({ meta }) => !meta.id.includes('filter-comments'));
  const { messages } = await lintSource({
    source: { content, filePath: 'record.json', ext: '.json', contentType: 'text' },
    options: {
      config: {
        rules: wanted.map((rule) => ({
          id: rule.meta.id,
          rule,
          options: rule.meta.id.endsWith('-aws') ? { enableIDScanRule: true } : {},
        })),
      },
    },
  });
  return messages.map(({ ruleId, range }) => ({ ruleId, found: content.slice(...range) }));
}
