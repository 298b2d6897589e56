export interface ReasonPart {
  text: string;
  /** Where it leads, when it names something that has a page. */
  href?: string;
}

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
/** "regression <id>", "run <id>", "runs <id> and <id> and <id>". */
const named = new RegExp(`\\b(regression|runs?)((?: and)? ${uuid})+`, 'g');

/** A reason with what it names: the server writes runs and regressions by their ids. */
export function reasonParts(reason: string): ReasonPart[] {
  const parts: ReasonPart[] = [];
  let end = 0;
  for (const match of reason.matchAll(named)) {
    const [whole, word] = match;
    const folder = word === 'regression' ? 'regressions' : 'runs';
    for (const id of whole.matchAll(new RegExp(uuid, 'g'))) {
      const at = match.index + id.index;
      parts.push({ text: reason.slice(end, at) }, { text: id[0], href: `/${folder}/${id[0]}` });
      end = at + id[0].length;
    }
  }
  return [...parts, { text: reason.slice(end) }].filter(({ text }) => text !== '');
}
