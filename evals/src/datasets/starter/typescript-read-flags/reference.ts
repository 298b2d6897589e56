type Spec = Record<string, 'flag' | 'text' | 'list'>;
interface Flags {
  values: Record<string, true | string | string[]>;
  rest: string[];
}

export function readFlags(args: string[], spec: Spec): Flags {
  const values = new Map<string, true | string | string[]>();
  const rest: string[] = [];
  const queue = args.values();
  for (const argument of queue) {
    if (argument === '--') {
      rest.push(...queue);
    } else if (argument === '-' || !argument.startsWith('-')) {
      rest.push(argument);
    } else {
      const [, name = '', given] = /^--([^=]*)(?:=([^]*))?$/.exec(argument) ?? [];
      if (!Object.hasOwn(spec, name)) throw new Error(`unknown option ${argument}`);
      if (spec[name] === 'flag') {
        if (given !== undefined) throw new Error(`${argument}: a flag takes no value`);
        values.set(name, true);
        continue;
      }
      const next = given === undefined ? queue.next() : { value: given, done: false };
      if (next.done) throw new Error(`${argument}: its value is missing`);
      const before = values.get(name);
      values.set(name, spec[name] === 'text' ? next.value : [...(Array.isArray(before) ? before : []), next.value]);
    }
  }
  return { values: Object.fromEntries(values), rest };
}
