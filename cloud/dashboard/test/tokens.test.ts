import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const css = readFileSync(join(import.meta.dirname, '../src/tokens.css'), 'utf8');
const [light = '', dark = ''] = css.split(":root[data-theme='dark']");
const tokensOf = (text: string) =>
  Object.fromEntries([...text.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name!, value!]));
const themes = { light: tokensOf(light), dark: tokensOf(dark) };

/** Relative luminance and contrast as WCAG 2.2 defines them. */
function contrast(one: string, two: string) {
  const [high, low] = [luminance(one), luminance(two)].sort((a, b) => b - a) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: string) {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/**
 * A colour as somebody without red, green or blue cones sees it: Machado, Oliveira and Fernandes, "A Physiologically-based
 * Model for Simulation of Color Vision Deficiency" (2009), severity 1.0, on linear RGB.
 */
const deficiencies = {
  none: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};

const linear = (colour: string) =>
  [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });

/** Distance in OKLab (Ottosson 2020), where about 0.02 is just noticeable. */
function distance(one: string, two: string, matrix: number[]) {
  const [a, b] = [one, two].map((colour) => {
    const rgb = linear(colour);
    const [r, g, bl] = [0, 3, 6].map((row) =>
      Math.max(0, matrix[row]! * rgb[0]! + matrix[row + 1]! * rgb[1]! + matrix[row + 2]! * rgb[2]!),
    ) as [number, number, number];
    const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * bl);
    const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * bl);
    const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * bl);
    return [
      0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
      1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
      0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
    ];
  }) as [number[], number[]];
  return Math.hypot(a[0]! - b[0]!, a[1]! - b[1]!, a[2]! - b[2]!);
}

describe.each(Object.entries(themes))('the colours of the %s theme', (_, token) => {
  it('have the same names as those of the other', () => {
    expect(Object.keys(token).sort()).toEqual(Object.keys(themes.light).sort());
    expect(Object.keys(token).length).toBeGreaterThan(20);
  });

  it.each(['text', 'text-muted', 'accent', 'good', 'warn', 'bad'])(
    '--%s can be read on every ground (AA, 4.5)',
    (name) => {
      for (const ground of ['canvas', 'surface', 'hover']) {
        expect([ground, contrast(token[name]!, token[ground]!) >= 4.5]).toEqual([ground, true]);
      }
    },
  );

  it.each([
    ['on-accent', 'accent'],
    ['on-accent', 'accent-hover'],
    ['good', 'good-surface'],
    ['warn', 'warn-surface'],
    ['bad', 'bad-surface'],
    ['text', 'bad-surface'],
  ])('--%s can be read on --%s', (name, ground) => {
    expect(contrast(token[name]!, token[ground]!)).toBeGreaterThanOrEqual(4.5);
  });

  it('show the borders of fields and the lines of charts (AA, 3)', () => {
    for (const name of ['line-strong', ...[1, 2, 3, 4, 5, 6].map((n) => `series-${n}`)]) {
      expect([name, contrast(token[name]!, token['canvas']!) >= 3]).toEqual([name, true]);
    }
  });

  it.each(Object.entries(deficiencies))('keep the six series apart for eyes with %s', (_name, matrix) => {
    const series = [1, 2, 3, 4, 5, 6].map((n) => token[`series-${n}`]!);
    const pairs = series.flatMap((one, i) => series.slice(i + 1).map((two) => [one, two] as const));
    const close = pairs.filter(([one, two]) => distance(one, two, matrix) < 0.08);
    expect(close).toEqual([]);
  });
});
