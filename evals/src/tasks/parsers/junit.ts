import { parseXml, XmlElement } from '@rgrove/parse-xml';
import type { TestOutcome, TestOutput, TestReport } from '../test-report.ts';
import { addWorse, reportText } from './ids.ts';

/**
 * What `pytest --junitxml` writes. Ids: `classname::name`, parameters included; pytest writes a test whose teardown broke
 * twice. An expected failure is told as skipped, and so it counts.
 */
export function readJunit(output: TestOutput): TestReport {
  let root: XmlElement | null;
  try {
    root = parseXml(reportText(output)).root;
  } catch (error) {
    return { unreadable: `no whole XML report: ${error instanceof Error ? firstLine(error.message) : String(error)}` };
  }
  if (root?.name !== 'testsuites' && root?.name !== 'testsuite')
    return { unreadable: `expected <testsuites>, found <${root?.name ?? ''}>` };
  const tests = new Map<string, TestOutcome>();
  for (const testCase of elementsNamed(root, 'testcase')) {
    const { classname, name } = testCase.attributes;
    if (!name) return { unreadable: 'a <testcase> has no name' };
    addWorse(tests, classname ? `${classname}::${name}` : name, outcomeOf(testCase));
  }
  return { tests };
}

function outcomeOf(testCase: XmlElement): TestOutcome {
  const inside = new Set(testCase.children.flatMap((child) => (child instanceof XmlElement ? [child.name] : [])));
  if (inside.has('error')) return 'error';
  if (inside.has('failure')) return 'failed';
  return inside.has('skipped') ? 'skipped' : 'passed';
}

function elementsNamed(element: XmlElement, name: string): XmlElement[] {
  return element.children.flatMap((child) => {
    if (!(child instanceof XmlElement)) return [];
    return child.name === name ? [child] : elementsNamed(child, name);
  });
}

const firstLine = (text: string) => text.split('\n', 1)[0] ?? '';
