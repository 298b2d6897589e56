/**
 * Anchors as GitHub and most site generators make them of headings: lower case, letters, digits, `-` and `_` stay, blanks
 * become `-`, and what comes again in a page is numbered.
 */
export function slugger(): (text: string) => string {
  const seen = new Map<string, number>();
  return (text) => {
    const plain = text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
      .trim()
      .replaceAll(' ', '-');
    let slug = plain;
    for (let again = seen.get(plain) ?? 0; seen.has(slug);) slug = `${plain}-${++again}`;
    if (slug !== plain) seen.set(plain, Number(slug.slice(plain.length + 1)));
    seen.set(slug, seen.get(slug) ?? 0);
    return slug;
  };
}
