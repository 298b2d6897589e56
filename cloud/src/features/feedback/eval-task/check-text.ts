import { holds, tokensIn, type Comments, type Form } from './form.ts';

export interface CheckedForm {
  path: string;
  comments: Comments;
  form: Form;
}

/** The program that checks an answer: it reads the files that are named, runs nothing of them, and writes TAP. */
export const checkText = (forms: readonly CheckedForm[]) => `import { readFileSync } from 'node:fs';

const forms = ${JSON.stringify(forms, null, 1)};

const tokensIn = ${tokensIn.toString()};

const holds = ${holds.toString()};

function textOf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

const lines = ['TAP version 13', '1..' + forms.length];
for (const [place, { path, comments, form }] of forms.entries()) {
  const tokens = tokensIn(textOf(path), comments);
  const isRight = holds(tokens, form.wanted) && !holds(tokens, form.unwanted);
  lines.push((isRight ? 'ok ' : 'not ok ') + (place + 1) + ' - form ' + (place + 1));
}
process.stdout.write(lines.join('\\n') + '\\n');
`;
