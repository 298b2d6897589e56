import type { Finding } from '@whetstone/shared/lint';
import { columns } from '../columns.ts';
import type { Style } from '../style.ts';
import { many } from './many.ts';
import { visible } from '../../visible.ts';

/** A finding and where it stands: in a file, or on the server. */
export interface Located extends Omit<Finding, 'index'> {
  file?: string;
  /** From 1. */
  line?: number;
}

export interface LintSummary {
  errors: number;
  warnings: number;
  flags: number;
}

export function summaryOf(findings: readonly Located[], flags: number): LintSummary {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  return { errors, warnings: findings.length - errors, flags };
}

export function lintText(findings: readonly Located[], { errors, warnings, flags }: LintSummary, style: Style): string {
  const blocks = findings.map(({ rule, severity, file, line, flag, path, message, fix }) => {
    const place = [file === undefined ? undefined : `${file}:${line}`, flag, path || undefined]
      .filter(Boolean)
      .join('  ');
    const paint = severity === 'error' ? style.bad : style.doubtful;
    const rows = columns([
      ['', visible(message)],
      ['→', visible(fix)],
    ]);
    return `${paint(severity)} ${style.bold(rule)}  ${visible(place)}\n${rows.join('\n')}`;
  });
  const sum = `${many(errors, 'error')}, ${many(warnings, 'warning')} in ${many(flags, 'flag')}`;
  return [...blocks, errors > 0 ? style.bad(sum) : style.good(sum)].join('\n\n');
}

/** Workflow commands: https://docs.github.com/actions/reference/workflow-commands-for-github-actions */
export const githubLines = (findings: readonly Located[]): string[] =>
  findings.map(({ rule, severity, file, line, flag, path, message, fix }) => {
    const place = file === undefined ? '' : `file=${property(file)},line=${line},`;
    const subject = flag === undefined ? path : `${flag}${path && ` ${path}`}`;
    return `::${severity} ${place}title=${property(rule)}::${data(`${subject}: ${message}. ${fix}`)}`;
  });

const data = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string) => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
