/** What is made once a key, of which only the newest `most` are kept: whoever asks for ever new ones fills nothing up. */
export function boundedMap<Value>(most: number): { get(key: string, make: () => Value): Value } {
  const values = new Map<string, Value>();
  return {
    get(key, make) {
      const known = values.get(key);
      if (known !== undefined) return known;
      const made = make();
      if (values.size >= most) values.delete(values.keys().next().value!);
      values.set(key, made);
      return made;
    },
  };
}
