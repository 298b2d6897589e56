import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** What runs when a payload below is taken for markup or code. */
const alarm = 'alarm()';

/** Texts that a careless page would execute, load, follow or be deformed by; each may stand in any text of a flag. */
export const hostileTexts: readonly string[] = [
  `<script>${alarm}</script>`,
  `</script><script>${alarm}</script>`,
  `"><script>${alarm}</script>`,
  `'><script>${alarm}</script>`,
  `--><script>${alarm}</script>`,
  `]]><script>${alarm}</script>`,
  `</title><script>${alarm}</script>`,
  `</textarea><script>${alarm}</script>`,
  `</style><script>${alarm}</script>`,
  `<ScRiPt>${alarm}</sCrIpT>`,
  `<scr<script>ipt>${alarm}</scr</script>ipt>`,
  `<img src=x onerror=${alarm}>`,
  `<img src=x onerror="${alarm}">`,
  `<img/src=x/onerror=${alarm}>`,
  `"><img src=x onerror=${alarm}>`,
  `' onmouseover='${alarm}`,
  `" onfocus="${alarm}" autofocus="`,
  `<svg onload=${alarm}>`,
  `<svg><script>${alarm}</script></svg>`,
  `<svg><animate onbegin=${alarm} attributeName=x dur=1s>`,
  `<math><mtext><img src=x onerror=${alarm}></mtext></math>`,
  `<iframe src="javascript:parent.${alarm}"></iframe>`,
  `<iframe srcdoc="<script>parent.${alarm}</script>"></iframe>`,
  `<object data="javascript:${alarm}"></object>`,
  `<embed src="javascript:${alarm}">`,
  `<a href="javascript:${alarm}">x</a>`,
  `javascript:${alarm}`,
  `data:text/html,<script>${alarm}</script>`,
  `<body onload=${alarm}>`,
  `<video><source onerror=${alarm}></video>`,
  `<details open ontoggle=${alarm}>x</details>`,
  `<input autofocus onfocus=${alarm}>`,
  `<marquee onstart=${alarm}>x</marquee>`,
  `<form action="javascript:${alarm}"><button>x</button></form>`,
  `<base href="https://evil.example/">`,
  `<meta http-equiv="refresh" content="0;url=https://evil.example/">`,
  `<link rel="stylesheet" href="https://evil.example/x.css">`,
  `<style>*{display:none}</style>`,
  `<noscript><p title="</noscript><img src=x onerror=${alarm}>">`,
  `<template><script>${alarm}</script></template>`,
  `&lt;script&gt;${alarm}&lt;/script&gt;`,
  `&#60;img src=x onerror=${alarm}&#62;`,
  `\\u003cscript\\u003e${alarm}\\u003c/script\\u003e`,
  `\${${alarm}}`,
  `{{constructor.constructor('${alarm}')()}}`,
  `<%= ${alarm} %>`,
  `__proto__`,
  `constructor`,
  `[object Object]`,
  `%3Cscript%3E${alarm}%3C/script%3E`,
  `../../etc/passwd`,
  `'; DROP TABLE flag; --`,
  `\u202egnp.tpircs`,
  `\u2066hidden\u2069 and shown`,
  `zero\u200bwidth\u200djoiner`,
  `\u0007bell and \u001b[31mred`,
  'Z\u0351\u036b\u0343\u036a\u0302\u0363\u033d\u034f\u0334a\u0300\u0301\u0302\u0303\u0304lgo',
  `👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿`,
  `مرحبا שלום`,
  `W${'i'.repeat(56)}de`,
];

/** Before anything of a page runs: what a payload would do is written down. */
export async function armPage(page: Page) {
  const alarms: string[] = [];
  await page.exposeFunction('reportAlarm', (where: string) => void alarms.push(where));
  await page.addInitScript(() => {
    const target = globalThis as unknown as { alarm: () => void; reportAlarm: (where: string) => void };
    target.alarm = () => target.reportAlarm(location.href);
  });
  /** What was asked of anybody but a server of this machine. */
  const foreign: string[] = [];
  page.on('request', (request) => {
    if (new URL(request.url()).hostname !== '127.0.0.1') foreign.push(request.url());
  });
  page.on('dialog', (dialog) => {
    alarms.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return { alarms, foreign };
}

/** Each of these stands on the page as the text it is, in the text of an element or the value of a field. */
export async function expectShownAsText(page: Page, texts: readonly string[]) {
  const shown = await page.evaluate(() => {
    const fields = [...document.querySelectorAll<HTMLInputElement>('input, textarea, select')];
    return [document.body.textContent, ...fields.map(({ value }) => value)].join('\n');
  });
  expect(texts.filter((text) => !shown.includes(text))).toEqual([]);
}

/** No element that only a payload can have brought, and no attribute that acts. */
export async function expectNoForeignElements(page: Page) {
  const foreign = await page.evaluate(() => {
    const never = 'script, iframe, object, embed, math, marquee, base, meta, link, style, template, video';
    const inert = ['title', 'value', 'aria-label', 'data-key'];
    // A path of this server may name anything.
    const isPath = (name: string, value: string) => name === 'href' && /^\/(?!\/)/.test(value);
    const acts = (element: Element) =>
      [...element.attributes].some(
        ({ name, value }) =>
          name.startsWith('on') || (!inert.includes(name) && !isPath(name, value) && /alarm|evil/.test(value)),
      );
    return [...document.body.querySelectorAll('*')]
      .filter((element) => element.matches(never) || acts(element))
      .map(({ outerHTML }) => outerHTML.slice(0, 200));
  });
  expect(foreign).toEqual([]);
}

/** A flag with this text wherever a flag takes any text. */
export const hostileFlag = (text: string, key: string) => ({
  key,
  description: text,
  owner: text,
  ...(text.length <= 64 && { tags: [text] }),
  enabled: true,
  // JSON with this very name in it is refused at the border.
  variants: { on: text, off: text === '__proto__' ? [text] : { [text]: [text] } },
  offVariant: 'off',
  rules: [
    {
      id: 'r1',
      description: text,
      when: [{ attribute: text, op: 'in' as const, values: [text] }],
      serve: { split: [{ variant: 'on', weight: 1 }], by: text },
    },
  ],
  overrides: [{ attribute: text, values: [text], variant: 'on', note: text }],
  fallthrough: { variant: 'off' },
});
