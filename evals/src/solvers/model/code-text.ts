import type { FunctionProblem, Language } from '../../problem.ts';

/** What of a problem decides how an answer is read. */
export type Asked = Pick<FunctionProblem, 'language' | 'entryPoint' | 'stem'>;

/** What can be seen of code without parsing it: enough to tell a definition from a body, and code from prose. */

const family = (language: Language) => (language === 'python' ? 'python' : 'script');

/** Whether the code defines the name at its top level. */
export function defines(code: string, name: string, language: Language): boolean {
  const exact = escape(name);
  if (family(language) === 'script')
    return new RegExp(
      `^(?:export\\s+)?(?:default\\s+)?(?:(?:async\\s+)?function\\b\\s*\\*?\\s*|(?:abstract\\s+)?class\\s+|(?:const|let|var)\\s+)${exact}(?![\\w$])`,
      'm',
    ).test(code);
  return new RegExp(
    `^(?:(?:async\\s+)?def\\s+${exact}\\b|class\\s+${exact}\\b|${exact}\\s*(?::[^=\\n]+)?=(?!=)|(?:from\\s+\\S+\\s+)?import\\b.*\\b${exact}\\s*$)`,
    'm',
  ).test(code);
}

/** Whether Python code binds the name by `def` or by `=`. */
export const bindsFunction = (code: string, name: string) =>
  new RegExp(`^(?:(?:async\\s+)?def\\s+${escape(name)}\\b|${escape(name)}\\s*(?::[^=\\n]+)?=(?!=))`, 'm').test(code);

const pythonDefinition = /^(?:(?:async\s+)?def|class)\s+(\w+)|^(\w+)\s*(?::[^=\n]+)?=(?!=)/gm;
const scriptDefinition =
  /^(?:export\s+)?(?:(?:async\s+)?function\s*\*?|(?:abstract\s+)?class|const|let|var|interface|type|enum)\s+([\w$]+)/gm;

/** Names that the code defines at its top level. */
export const definedNames = (code: string, language: Language): string[] =>
  [...code.matchAll(family(language) === 'python' ? pythonDefinition : scriptDefinition)].flatMap(
    ([, first, second]) => first ?? second ?? [],
  );

export const mentions = (code: string, name: string) => new RegExp(`(?<![\\w$])${escape(name)}(?![\\w$])`).test(code);

const pythonStart =
  /^\s*(?:from\s+[\w.]+\s+import\b|import\s+[\w.]+(?:\s+as\s+\w+)?(?:\s*,|\s*$)|(?:async\s+)?def\s+\w+\s*[([]|class\s+\w+\s*[(:]|@\w|(?:return|yield|raise)\b(?!.*[.!]$)|(?:if|for|while|with|elif)\b.*:\s*(?:#.*|\S.*)?$|try:|else:|pass\b|(?:not\s|lambda\b)|[A-Za-z_][\w.,\s[\]'"]*(?:[-+*/|&^%]|\/\/|\*\*)?=(?!=)|[\w.]+\(.*\)\s*$|"""|''')/;
const scriptStart =
  /^\s*(?:import\s.*from\s|import\s*[{'"*]|export\s|(?:async\s+)?function\b|class\s+\w+|(?:const|let|var)\s+[\w${[]|(?:type|interface|enum)\s+\w+\s*[=<{]|return\b.*[;)\]}\w]$|(?:if|for|while|switch)\s*\(|\/\/|\/\*|[\w$.[\]]+\s*[-+*/]?=(?!=)|[\w$.]+\(.*\);?\s*$|\})/;

/** Whether a line can begin code. Prose that looks like code is rarer than code that does not. */
export const looksLikeCode = (line: string, language: Language) =>
  (family(language) === 'python' ? pythonStart : scriptStart).test(line);

/** `This function …`, `Explanation:`, `**Note**`, a list: at the left margin no statement begins like this. */
export const looksLikeProse = (line: string) =>
  /^(?:[A-Z][\w'’-]*(?:[,.:;!?]?\s+[\w'’"`(*]|[.:!]$)|\*\*|[-*•]\s|\d+[.)]\s|#{2,6}\s)/.test(line) &&
  !/^[A-Z]\w*(?:\s*[=([.]|\s*:\s*\w[\w[\], ]*=)/.test(line);

const escape = (name: string) => name.replace(/[$\\^*+?.()|[\]{}]/g, '\\$&');
