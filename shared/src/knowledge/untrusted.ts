import { fenceReader } from './fences.ts';
import { codeMark, withoutHidden } from './hidden.ts';

/** Characters that nobody sees: widths of nothing, directions, tags, variations beyond emoji, and controls but tab and line end. */
const unseen =
  // oxlint-disable-next-line no-control-regex -- these are what it is for
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u00AD\u180E\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E0FFF}]/gu;

/** A link to nowhere that says something: how comments are written in Markdown. */
const hiddenDefinition = /^ {0,3}\[[^\]]{1,200}\]:\s*(?:#|<>)\s*(?:\(.*\)|".*"|'.*')\s*$/;

/** A text without the characters that nobody sees; the rest of it is as it was. */
export const withoutUnseen = (text: string) => text.replaceAll(unseen, '');

/**
 * Documentation as a reader sees it: without what is not seen. Line numbers stay, so that a citation opens where it should; what
 * stands in code, in blocks and between backticks, is shown there, and stays.
 */
export function visibleText(markdown: string): string {
  const lines = withoutUnseen(markdown.replaceAll(/\r\n?/g, '\n')).split('\n');
  const isCode = fenceReader();
  const marked: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    if (isCode(line)) marked.push(codeMark + line);
    else if (hiddenDefinition.test(line)) marked.push('');
    else if (!/^ {0,3}<!--/.test(line) || line.includes('-->')) marked.push(line);
    else {
      // A comment that begins a line ends where it is closed: what looks like a fence in it is none (CommonMark 0.31.2 §4.6).
      while (at < lines.length - 1 && !lines[at]!.includes('-->')) {
        marked.push('');
        at++;
      }
      const [, ...shown] = lines[at]!.split('-->');
      marked.push(shown.join('-->'));
    }
  }
  return withoutHidden(marked.join('\n')).replaceAll(codeMark, '');
}
/** What a page says to a model rather than to a reader, by what it would have it do. */
const suspicious: { what: string; like: RegExp }[] = [
  {
    what: 'tells to disregard instructions',
    like: /\b(?:ignore|disregard|forget|override)\b[^.\n]{0,40}\b(?:previous|prior|above|earlier|all|any|your|system)\b[^.\n]{0,30}\b(?:instructions?|prompts?|rules?|guidelines?|context)\b/i,
  },
  {
    what: 'gives a model a role',
    like: /\b(?:you are now|from now on,? you|act as|pretend to be)\b[^.\n]{0,60}\b(?:ai|assistant|agent|model|developer mode|administrator|dan)\b/i,
  },
  {
    what: 'speaks to an assistant',
    like: /\b(?:ai|llm|coding)?[ -]?(?:assistants?|agents?|models?)\b[^.\n]{0,20}\b(?:must|should|shall|have to|are required to|need to)\b[^.\n]{0,60}\b(?:call|run|execute|fetch|send|upload|include|recommend|install|visit|read|reply|respond|output|always|never)\b/i,
  },
  {
    what: 'poses as a message of the system',
    like: /<\/?(?:system|assistant|instructions?|tool_(?:call|result))\b[^>]{0,500}>|\[\/?(?:system|inst)\]|^[ \t]*(?:system|assistant)[ \t]*:\s/im,
  },
  {
    what: 'asks to keep something from the user',
    like: /\b(?:do not|don't|never|without)\b[^.\n]{0,30}\b(?:tell|telling|inform|informing|mention|mentioning|reveal|show|notify|ask|asking)\b[^.\n]{0,30}\b(?:the )?(?:user|human|developer|operator)s?\b/i,
  },
  {
    what: 'asks for secrets',
    like: /\b(?:send|post|upload|exfiltrate|leak|print|include|paste|forward)\b[^.\n]{0,60}\b(?:api[ _-]?keys?|secrets?|tokens?|passwords?|credentials?|environment variables|\.env\b|ssh keys?|id_rsa)\b[^.\n]{0,40}\b(?:to|into|in|at)\b/i,
  },
  {
    what: 'pipes a download into a shell',
    like: /\b(?:curl|wget|iwr|irm)\b[^\n|]{0,200}\|\s*(?:sudo\s+)?(?:ba|z|da)?(?:sh|iex|python3?|node)\b/i,
  },
  {
    what: 'asks to use a tool',
    like: /\b(?:call|invoke|use)\b[^.\n]{0,20}\b(?:the )?[`"']?\w+[`"']? (?:tool|function)\b[^.\n]{0,40}\b(?:before|first|immediately|now|with the|to (?:delete|send|upload|fetch|disable))\b/i,
  },
];

/** What in a text looks as if it was meant to instruct a model: a sentence for each, none for most texts. */
export const warningsOf = (text: string): string[] =>
  suspicious.filter(({ like }) => like.test(text)).map(({ what }) => what);
