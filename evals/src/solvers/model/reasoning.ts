/** What a reply says once its thinking is taken off. */
export interface Spoken {
  text: string;
  /** It was still thinking where it ended. */
  thinking: boolean;
}

const tags = ['think', 'thinking', 'thought', 'reasoning', 'reflection', 'scratchpad'];
const opened = new RegExp(`^\\s*(?:<(${tags.join('|')})>|\\[(THINK)\\])`, 'i');
const closedAnywhere = new RegExp(`(?:</(?:${tags.join('|')})>|\\[/THINK\\])`, 'gi');

/**
 * Takes off the thinking that models put before their answer: tags; a closing tag whose opening one stood in the prompt
 * template; the channels of gpt-oss. Tags further down, in code or in prose, are left alone.
 */
export function withoutReasoning(reply: string): Spoken {
  const final = /<\|channel\|>final[^<]*<\|message\|>/g;
  const channels = [...reply.matchAll(final)].at(-1);
  if (channels) return { text: reply.slice(channels.index + channels[0].length).split('<|')[0] ?? '', thinking: false };
  if (/^\s*<\|channel\|>/.test(reply)) return { text: '', thinking: true };
  let text = reply;
  for (;;) {
    const start = opened.exec(text);
    if (!start) break;
    const tag = start[1] ?? 'THINK';
    const end = new RegExp(start[2] ? '\\[/THINK\\]' : `</${tag}>`, 'i').exec(text);
    if (!end) return { text: '', thinking: true };
    text = text.slice(end.index + end[0].length);
  }
  if (text !== reply) return { text, thinking: false };
  // No opening tag: everything up to the closing one, unless that stands in a code block.
  const closing = [...text.matchAll(closedAnywhere)].find(({ index }) => fencesBefore(text, index) % 2 === 0);
  return { text: closing ? text.slice(closing.index + closing[0].length) : text, thinking: false };
}

const fencesBefore = (text: string, index: number) => (text.slice(0, index).match(/^[ \t]*(```|~~~)/gm) ?? []).length;
