import { lost } from '../change.ts';
import { type Detector, losing, seenInAgents, turning } from '../detector.ts';
import { argumentsOf, calleeOf, calls, textOf, type Node } from '../tree.ts';

const isLogger = (node: Node) => /^(?:\w+\.)*_?(?:log|logger|logging|pino|winston|LOG)\.\w+$/.test(calleeOf(node));
const isConsole = (node: Node) => /^(?:console\.\w+|print|pprint)$/.test(calleeOf(node));
const isDebug = (node: Node) =>
  /^(?:console\.(?:log|debug|info|dir|trace|table)|print|pprint|breakpoint|pdb\.set_trace)$/.test(calleeOf(node)) ||
  node.kind === 'debugger_statement';
const debug = { kinds: [...calls, 'debugger_statement'], is: isDebug };
const isFormatted = (node: Node) => isLogger(node) && /^f["']/.test(textOf(argumentsOf(node)[0]));

export const outputDetectors: Detector[] = [
  {
    id: 'debug-output-removed',
    languages: 'both',
    title: 'Debugging output was taken out',
    guidance: 'Leave no console.log or print behind.',
    see: (part, change) => (part.human.nodes(calls).some(isLogger) ? [] : seenInAgents(lost(change, part, debug))),
    couldBe: debug,
  },
  {
    id: 'print-to-logging',
    languages: 'both',
    title: 'Printing became logging',
    guidance: 'Write through the logger of the project, not with console or print.',
    see: turning({ kinds: calls, is: isConsole }, { kinds: calls, is: isLogger }),
    couldBe: { kinds: calls, is: isConsole },
  },
  {
    id: 'logging-lazy-args',
    languages: 'python',
    title: 'A log message takes its values as arguments',
    guidance: 'Pass values to the logger as arguments (`log.info("%s", x)`), not in an f-string.',
    see: turning(
      { kinds: calls, is: isFormatted },
      { kinds: calls, is: (node) => isLogger(node) && argumentsOf(node).length > 1 && !isFormatted(node) },
    ),
    couldBe: { kinds: calls, is: isFormatted },
  },
  {
    id: 'log-removed',
    languages: 'both',
    title: 'A line of logging was taken out',
    guidance: 'Log what somebody will act on, not each step.',
    see: losing({ kinds: calls, is: isLogger }),
    couldBe: { kinds: calls, is: isLogger },
  },
];
