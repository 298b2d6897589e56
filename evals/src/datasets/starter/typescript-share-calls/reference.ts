export function shareCalls<V>(load: (key: string) => Promise<V>): (key: string) => Promise<V> {
  const calls = new Map<string, Promise<V>>();
  const started = async (key: string) => load(key);
  return (key) => {
    const known = calls.get(key);
    if (known) return known;
    const call = started(key);
    calls.set(key, call);
    call.catch(() => calls.delete(key));
    return call;
  };
}
