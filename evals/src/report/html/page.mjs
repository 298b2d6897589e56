// @ts-check
// Runs inside report.html. What models and candidates wrote reaches the page as text nodes alone.

/**
 * @typedef {{ id: string, prompt: string, tags: string[], reference?: string }} PageProblem
 * @typedef {{ problem: number, sampleIndex: number, status: string, line: string, detail?: string, timeMs: number, costUsd?: number,
 *   weaker?: boolean, answer?: string, request?: string, response?: string }} PageSample
 */

const data = JSON.parse(/** @type {HTMLElement} */ (document.getElementById('data')).textContent ?? '');
/** @type {PageProblem[]} */
const problems = data.problems;
/** @type {PageSample[]} */
const samples = data.samples;

const body = /** @type {HTMLElement} */ (document.querySelector('#samples tbody'));
const search = /** @type {HTMLInputElement} */ (document.getElementById('search'));
const shownCount = /** @type {HTMLElement} */ (document.getElementById('shown'));
const filters = /** @type {HTMLButtonElement[]} */ ([...document.querySelectorAll('button[data-status]')]);
const sorters = /** @type {HTMLButtonElement[]} */ ([...document.querySelectorAll('button[data-sort]')]);

/** Rows drawn: a browser takes seconds for ten thousand of them, each time. */
const atOnce = 500;

/** @type {{ status: string, words: string, sort: string, down: boolean, open: number | undefined, most: number }} */
const view = { status: '', words: '', sort: '', down: false, open: undefined, most: atOnce };

/** @param {PageSample} sample */
const nameOf = (sample) => problems[sample.problem].id + (data.samplesPerProblem > 1 ? ` #${sample.sampleIndex}` : '');

/** @type {Record<string, (sample: PageSample) => string | number>} */
const keys = {
  id: (sample) => sample.problem * 1e4 + sample.sampleIndex,
  status: (sample) => sample.status,
  time: (sample) => sample.timeMs,
  cost: (sample) => sample.costUsd ?? -1,
};

function visible() {
  const words = view.words.toLowerCase();
  const rows = samples
    .map((sample, index) => ({ sample, index }))
    .filter(({ sample }) => !view.status || sample.status === view.status)
    .filter(({ sample }) => {
      if (!words) return true;
      const problem = problems[sample.problem];
      return `${problem.id} ${problem.tags.join(' ')} ${sample.detail ?? ''}`.toLowerCase().includes(words);
    });
  const key = keys[view.sort];
  if (key) {
    const sign = view.down ? -1 : 1;
    rows.sort((a, b) => {
      const [x, y] = [key(a.sample), key(b.sample)];
      return x < y ? -sign : x > y ? sign : 0;
    });
  }
  return rows;
}

/**
 * @param {string} tag
 * @param {{ class?: string, text?: string }} [with_]
 * @param {Node[]} children
 */
function element(tag, with_ = {}, ...children) {
  const made = document.createElement(tag);
  if (with_.class) made.className = with_.class;
  if (with_.text !== undefined) made.textContent = with_.text;
  made.append(...children);
  return made;
}

/** @param {PageSample} sample @param {number} index */
function row(sample, index) {
  // A row has no state that can be told to a screen reader; a button has.
  const name = /** @type {HTMLButtonElement} */ (element('button', { class: 'mono', text: nameOf(sample) }));
  name.type = 'button';
  name.setAttribute('aria-expanded', String(view.open === index));
  const made = element(
    'tr',
    { class: `row ${sample.status}` },
    element('td', {}, name),
    element('td', { class: 'word', text: `${data.glyphs[sample.status]} ${sample.status}` }),
    element('td', { class: 'number', text: duration(sample.timeMs) }),
    element('td', { class: 'number wide', text: sample.costUsd === undefined ? '-' : money(sample.costUsd) }),
    element('td', { class: 'detail wide', text: sample.line }),
  );
  made.dataset.index = String(index);
  if (view.open === index) made.classList.add('open');
  made.addEventListener('click', () => toggle(index));
  return made;
}

/** @param {PageSample} sample */
function inside(sample) {
  const problem = problems[sample.problem];
  const cell = element('td');
  /** @type {HTMLTableCellElement} */ (cell).colSpan = 5;
  /** @param {string} title @param {string | undefined} text */
  const block = (title, text) =>
    text === undefined || text === ''
      ? []
      : [element('section', {}, element('h3', { text: title }), element('pre', { text }))];
  const weaker = sample.weaker
    ? [element('p', { class: 'under', text: 'Graded in one process with its tests: a weaker verdict.' })]
    : [];
  cell.append(
    ...weaker,
    ...block('Verdict', sample.detail),
    element(
      'div',
      { class: 'side' },
      ...block('Problem', problem.prompt),
      ...block('Answer', sample.answer),
      ...block('Reference', problem.reference),
      ...block('Asked', sample.request),
      ...block('Said', sample.response),
    ),
  );
  return element('tr', { class: 'inside' }, cell);
}

/** @param {number} left */
function moreRow(left) {
  const button = /** @type {HTMLButtonElement} */ (element('button', { text: `Show more (${left} left)` }));
  button.type = 'button';
  button.addEventListener('click', () => {
    const next = visible()[view.most];
    view.most += atOnce;
    draw();
    if (next) focusRow(next.index);
  });
  const cell = /** @type {HTMLTableCellElement} */ (element('td', {}, button));
  cell.colSpan = 5;
  return element('tr', { class: 'more' }, cell);
}

function draw() {
  const rows = visible();
  const left = rows.length - view.most;
  body.replaceChildren(
    ...rows
      .slice(0, view.most)
      .flatMap(({ sample, index }) =>
        view.open === index ? [row(sample, index), inside(sample)] : [row(sample, index)],
      ),
    ...(left > 0 ? [moreRow(left)] : []),
  );
  shownCount.textContent = `${rows.length} of ${samples.length}`;
  for (const button of filters) button.setAttribute('aria-pressed', String(button.dataset.status === view.status));
  for (const button of sorters) {
    const active = button.dataset.sort === view.sort;
    button.closest('th')?.setAttribute('aria-sort', active ? (view.down ? 'descending' : 'ascending') : 'none');
  }
}

/** @param {number} index */
function toggle(index) {
  view.open = view.open === index ? undefined : index;
  history.replaceState(
    null,
    '',
    view.open === undefined ? '#' : `#${encodeURIComponent(nameOf(samples[index]).toWellFormed())}`,
  );
  draw();
  focusRow(index);
}

/** @param {number} index */
function focusRow(index) {
  const found = /** @type {HTMLElement | null} */ (body.querySelector(`tr[data-index="${index}"] button`));
  found?.focus();
  found?.scrollIntoView({ block: 'nearest' });
}

function openFromAddress() {
  const wanted = location.hash.slice(1);
  if (wanted === '') return;
  const named = (/** @type {string} */ name) => encodeURIComponent(name.toWellFormed());
  // Compared as it is written: an address typed by hand need not be one that can be decoded.
  const isWanted = (/** @type {string} */ name) => named(name) === wanted || name === wanted;
  const index = samples.findIndex((sample) => isWanted(nameOf(sample)) || isWanted(problems[sample.problem].id));
  if (index < 0) return;
  Object.assign(view, { open: index, status: '', words: '' });
  view.most = Math.max(view.most, visible().findIndex((one) => one.index === index) + 1);
  search.value = '';
  draw();
  focusRow(index);
}

/** @param {number} ms */
const duration = (ms) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`);
/** @param {number} usd */
const money = (usd) => `$${usd.toFixed(usd < 0.01 ? 5 : 3)}`;

for (const button of filters)
  button.addEventListener('click', () => {
    view.most = atOnce;
    view.status = view.status === button.dataset.status ? '' : (button.dataset.status ?? '');
    draw();
  });
for (const button of sorters)
  button.addEventListener('click', () => {
    const sort = button.dataset.sort ?? '';
    view.down = view.sort === sort && !view.down;
    view.sort = sort;
    view.most = atOnce;
    draw();
  });
search.addEventListener('input', () => {
  view.words = search.value;
  view.most = atOnce;
  draw();
});
addEventListener('hashchange', openFromAddress);
addEventListener('keydown', (event) => {
  if (event.target === search) {
    if (event.key === 'Escape') search.blur();
    return;
  }
  if (event.metaKey || event.ctrlKey || event.altKey) return;
  if (event.key === '/') {
    event.preventDefault();
    search.focus();
  }
  if (event.key !== 'j' && event.key !== 'k') return;
  const rows = /** @type {HTMLElement[]} */ ([...body.querySelectorAll('tr.row button')]);
  const here = rows.findIndex((one) => one === document.activeElement);
  rows[Math.max(0, Math.min(rows.length - 1, here + (event.key === 'j' ? 1 : -1)))]?.focus();
});

draw();
openFromAddress();
