interface Entry<T> {
  value: T;
  priority: number;
  turn: number;
}

export class PriorityQueue<T> {
  #heap: Entry<T>[] = [];
  #turns = 0;

  get size(): number {
    return this.#heap.length;
  }

  push(value: T, priority: number): void {
    if (Number.isNaN(priority)) throw new RangeError('a priority is a number');
    this.#turns += 1;
    const entry = { value, priority, turn: this.#turns };
    let at = this.#heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(entry, this.#heap[parent]!)) break;
      this.#heap[at] = this.#heap[parent]!;
      at = parent;
    }
    this.#heap[at] = entry;
  }

  pop(): T | undefined {
    const [first] = this.#heap;
    const last = this.#heap.pop();
    if (last && this.#heap.length > 0) this.#sink(last);
    return first?.value;
  }

  peek(): T | undefined {
    return this.#heap[0]?.value;
  }

  drain(): T[] {
    return Array.from({ length: this.size }, () => this.pop()!);
  }

  #sink(entry: Entry<T>): void {
    let at = 0;
    for (;;) {
      const left = at * 2 + 1;
      if (left >= this.#heap.length) break;
      const right = left + 1;
      const child = right < this.#heap.length && before(this.#heap[right]!, this.#heap[left]!) ? right : left;
      if (!before(this.#heap[child]!, entry)) break;
      this.#heap[at] = this.#heap[child]!;
      at = child;
    }
    this.#heap[at] = entry;
  }
}

const before = (a: Entry<unknown>, b: Entry<unknown>) =>
  a.priority > b.priority || (a.priority === b.priority && a.turn < b.turn);
