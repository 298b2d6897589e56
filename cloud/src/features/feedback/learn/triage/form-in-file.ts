import { classify, sameButForForm, type Classified, type FormVerdict } from '@whetstone/shared/feedback';
import type { Edit } from '../lines.ts';

interface Compared {
  path: string;
  agent: string;
  human: string;
}

/** What of a stretch differs. Most say so by themselves; some are pieces of a statement, and say so in their file alone. */
export function formsIn({ path, agent, human }: Compared) {
  let read: Classified | undefined;
  return (stretch: Edit, { language, before, after }: Piece): FormVerdict => {
    const form = sameButForForm(language, before, after);
    if ((form !== 'different' && form !== 'unknown') || language === 'text') return form;
    if (barest(before) !== barest(after)) return form;
    read ??= classify({ path, before: agent, after: human });
    if (read.readAs === 'text') return bare(before) === bare(after) ? 'unknown' : form;
    const touched = read.stretches.filter(
      (each) =>
        (each.before.from < stretch.aTo && each.before.to > stretch.aFrom) ||
        (each.after.from < stretch.bTo && each.after.to > stretch.bFrom),
    );
    return touched.every((each) => each.form === 'cosmetic') ? 'cosmetic' : form;
  };
}

interface Piece {
  language: Parameters<typeof sameButForForm>[0];
  before: string;
  after: string;
}

/** Without what formatters put in and take away. */
const bare = (text: string) => text.replace(/[\s,;'"`]/g, '');
const barest = (text: string) => bare(text).replace(/[()]/g, '');
