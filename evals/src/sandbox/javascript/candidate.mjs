import { load } from './load.mjs';
import { createPeer, Over } from './peer.mjs';

/**
 * The untrusted half: loads a program and answers for it. Knows no transport and no host; runs in Node and in QuickJS.
 * Whatever the program does to this code, it can only lie about its own answers.
 *
 * @param {{
 *   send(text: string): void, receive(): string | undefined, rest(forMs: number, hasSettled: () => boolean): Promise<void>,
 *   importText(text: string): Promise<Record<string, unknown>>, require: unknown,
 *   beside?(job: object, values: object): Promise<object>
 * }} host `beside` runs tests right here, where the host can.
 */
export async function serve({ send, receive, rest, importText, require, beside, onSettled }) {
  let classes = [];
  const peer = createPeer({
    send,
    receive,
    may: ['call', 'new', 'get', 'set', 'has', 'delete', 'keys', 'iterate', 'step'],
    classes: () => classes,
    onSettled,
    broken(reason) {
      throw new Over(reason);
    },
    unsendable(error) {
      throw error;
    },
  });
  for (;;) {
    const request = peer.next();
    if (!request) return;
    if (request.operation === 'wait') {
      await rest(request.root[0], peer.hasSettled);
      request.rested();
      continue;
    }
    try {
      const [job] = request.root;
      const values = await load(job.program, job.calls, { importText, require });
      classes = job.handles.filter((name) => typeof values[name] === 'function').map((name) => [name, values[name]]);
      request.answer(
        'ok',
        job.tests === undefined ? { values, parents: parentsOf(classes) } : await beside(job, values),
      );
    } catch (error) {
      request.answer('threw', error);
    }
  }
}

/** Which of the classes inherits which, so that `instanceof` says the same on the other side. */
function parentsOf(classes) {
  return classes.flatMap(([name, type]) => {
    const parent = classes.find(([, other]) => other !== type && other === Object.getPrototypeOf(type));
    return parent ? [[name, parent[0]]] : [];
  });
}
