/** Constructed sources: constructs that formatters lay out anew, and where a mistake about the grammar would show. */
export const typescriptSources: readonly string[] = [
  `import b, { type C, d as e } from './b';
import * as all from "./all";
export type U = | 'a' | 'b' | { kind: 'c'; value: number };
export interface Shape<T extends object = {}> { readonly a: string, b?: number; [key: string]: unknown; call(x: T): void; new (x: T): Shape<T> }
export abstract class A<T> extends B<T> implements C {
  static #count = 0; declare name: string
  private readonly items: Map<string, T[]> = new Map;
  get size() { return this.items.size }
  set size(value) { this.#x = value }
  static { A.#count++ }
  constructor(private readonly of: number, public as?: string) { super() }
  async *walk<K extends keyof T>(key: K): AsyncGenerator<T[K]> { for await (const item of this.items) yield item as T[K]; yield* other() }
  abstract run(): Promise<void>;
  @decorated('x') method(): asserts this is A<T> {}
}
enum Level { Low = 1, High = 'high' }
declare module 'x' { export const y: string }
function over(a: string): string
function over(a: number): number
function over(a: any) { return a }
`,
  `const f = async x => { await x; return (x, y) }
const g = a => ({ a, 'b': 1, "c-d": 2, [a]: 3, 0x10: 4, ...rest })
const h = function () { return a ? b : c ? d : (e, f) };
;[1, 2, 3].forEach(n => n++)
;(function () {})()
let i = 0, j = (1 + 2) * 3 / (4 % 5) ** 2 - -i + +j - (a - b), k
if (i) j(); else if (k) { l() } else m()
for (;;) break
for (const key in object) if (key) continue; else delete object[key]
do x++; while (x < 5)
while (x--) ;
label: for (var n = 0, o = 1; n < 3; n++, o--) { switch (n) { case 0: case 1: p(); break; default: q() } }
try { r() } catch { s() } finally { t() }
const re = /[/"'\`]+\\/(?<name>x)/giu.test(text) && a / b / c
const big = 0XFF + 1_000 + .5 + 5. + 1E5 + 0.50 + 10n
const text = 'it\\'s' + "say \\"x\\"" + 'a "quoted" word' + \`one \${two + \`three \${four}\`} $\{five} \`
new Foo
new (foo())
new (a.b().c)
throw new Error('x', { cause: error })
`,
  `export default class extends (a ? B : C) {}
const x = (a && b) || c, y = a ?? (b || c), z = !(a instanceof B) || !("k" in o) || typeof (a + b)
const w = a as unknown as string, v = <T,>(value: T) => value!, u = (await import('./u')).default satisfies U
const t = a?.b?.[c]?.(d) ?? (e?.f).g
export const veryLongNameOfAFunction = (parameterNumberOne: string, parameterNumberTwo: number, three = { a: 1 }): Promise<void> => someThing.thatIs(parameterNumberOne).then(value => value.other, error => { throw error })
const result = await Promise.all(items.filter(item => item.isEnabled && item.count > 10 && !excluded.has(item.id)).map(async item => ({ ...item, total: await totalOf(item) })))
type Fn = (a: string, ...rest: number[]) => void; type Cond<T> = T extends (infer U)[] ? U : T extends string ? 'text' : never
type Mapped = { readonly [K in keyof T]?: T[K] }; type Tuple = [a: string, b?: number, ...c: boolean[]]; type N = (typeof list)[number]
export { a, b as default }; export * as ns from './ns'; export type { T } from './t'
const of = 1, as = 2, satisfies = 3, ratio = of / as / satisfies, get = 4, set = 5, type = 6
if (a) { /* nothing */ } // at the end
/** Documented.
 *   with lines
 */
function documented() { return /* inline */ 1 }
var object = { get a() { return 1 }, set a(v) {}, async b() {}, *c() {}, async *d() {}, get: 1, set: 2, async: 3, 'quoted-key': 4, 5: 6 }
`,
];

export const markupSources: readonly string[] = [
  `export const Page = ({ items, onClose, ...rest }: Props) => <><Header title='Items "here"' subtitle="it's" onClose={() => { onClose() }} {...rest} />
  {items.length > 0 ? items.map(item => <Row key={item.id} name={item.name} isOpen disabled={!item.enabled} />) : <p className={'empty'}>Nothing here, <b>yet</b>. <a href="/new">Add one</a> now!</p>}
  {/* a comment */}
  <label htmlFor="x">Name <input id="x" value={value} onChange={event => setValue(event.target.value)} /> of {count} items{' '}<em>and a long text that has to be broken somewhere because it does not fit</em></label></>
function Generic<T,>({ of }: { of: T[] }) { return of.length && <ul>{of.map((one, i) => (<li key={i}>{String(one)}</li>))}</ul> }
const view = isOpen && (<Dialog style={{ color: 'red', width: 10 }} render={() => <div data-x={\`a \${b}\`}>text</div>}><Dialog.Title>A</Dialog.Title></Dialog>)
`,
];

export const pythonSources: readonly string[] = [
  `'''Module.

    Documented.
'''
from __future__ import annotations
import os, sys
from a.b import (c, d as e)
from . import f
X = { 'a': 1, "b": [1,2,3], 'c': (4,), **rest }
def f(a, b = 1, *args, c: int=2, d: str = 'x', **kwargs) -> dict[str, int]:
  'Documented.'
  if (a and b): return (a)
  elif not a: raise ValueError('no "a" given: %s' % a) from None
  for (i, j) in ((1, 2), (3, 4)):
        print(i, j, sep = '')
  else:
        pass
  while True: break
  with open('x') as g, open("y", 'w') as h: h.write(g.read())
  return a if b else (lambda x, *y, **z: x + 1)(c)
class A ( object ) :
    x : int = 0xFF; y = 1E5; z = 10L if False else 0O17
    @property
    @cached(size = 10)
    def g(self): return self.x [1:2] + self.y[ a+1 :, ::2 ]
    async def h(self):
        async with a as b: await b
        async for c in d: yield c
        return [x async for x in y if x], {k: v for k, v in z}, {*a, *b}
class B(): pass
`.replace('10L', '10'),
  `some_function_name(argument_one, argument_two)[0].attribute.another_method(keyword_argument = 1, other = 'value', third = [1, 2, 3])
if some_long_condition_name and other_long_condition_name or not yet_another_condition and (first_value - (second - third)) ** -2 > 10:
    assert isinstance(value, (int, str)), 'message that is quite long and says %r about the value' % (value,)
del (a), b
del (a, b)
print("hello %s" % name, file = sys.stderr) ; x = 1
for x in (1, 2, 3): print(x)
for (x) in y: pass
result = session.query(models.Customer.id).filter(models.Customer.account_id == 10000, models.Customer.email == email_address).count()
value = a if b else c
text = 'one' 'two' f"three {four!r:>{width}}" r'\\d' b'bytes' U'uni'
long = '''triple 'quoted' "text"
  stays as it is'''
try:
	tabbed = 1
except (A, B) as error:
	raise
except* C: pass
match point:
    case (0, 0): print('origin')
    case Point(x = 0) | [1, *_]: pass
    case _: pass
if (n := len(a)) > 10: pass
x = not (a in b)
y = (yield)
print(* args, ** kwargs)
z = x[ -1 ] ** 2 + ~ 3 @ m // 2 << 1
global_list: list[int] = []
i = i + 1; j += 1
`,
];
