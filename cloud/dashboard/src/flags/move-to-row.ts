/** Moves the focus by a row; from elsewhere to the first one. Rows are found in the page: the focus is what is current. */
export function moveToRow(by: 1 | -1) {
  const links = [...document.querySelectorAll<HTMLElement>('a.row-link')];
  const row = document.activeElement?.closest('tr, [data-row]');
  const at = links.findIndex((link) => row?.contains(link));
  // At either end the focus stays in its row, and goes to the link of it.
  const next = at < 0 ? links[0] : (links[at + by] ?? links[at]);
  next?.focus();
  next?.closest('tr, [data-row]')?.scrollIntoView({ block: 'nearest' });
}
