/** The part of a site that a source is: what lies below the address where it begins. */
export interface Scope {
  origin: string;
  /** Ends with `/`. */
  prefix: string;
}

/** `/guide` and `/guide/` are the same folder; `/guide/start.html` lies in it. */
export function scopeOf(start: URL): Scope {
  const { origin, pathname } = start;
  const isFile = /\/[^/]*\.(?:html?|md|txt|php|aspx?)$/i.test(pathname);
  return { origin, prefix: isFile ? pathname.replace(/[^/]*$/, '') : pathname.replace(/\/*$/, '/') };
}

export const isInScope = ({ origin, prefix }: Scope, url: URL) =>
  url.origin === origin && `${url.pathname.replace(/\/$/, '')}/`.startsWith(prefix);

/** Without what does not make another page of it. */
export function plainUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  url.hash = '';
  url.search = '';
  return url;
}

/** Of a page below the start: `guide/start` for `/docs/guide/start/`, `index` for the start itself. */
export function pathOf({ prefix }: Scope, { pathname }: URL): string {
  const whole = `${pathname}/`.startsWith(prefix) ? pathname.slice(prefix.length) : pathname.slice(1);
  const path = whole.replace(/(^|\/)index\.html?$/i, '').replace(/\/+$/, '');
  return path === '' ? 'index' : decoded(path);
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** What a link leads to that is no page, as its name says. */
export const isNoPage = ({ pathname }: URL) =>
  /\.(?:png|jpe?g|gif|svg|webp|avif|ico|bmp|css|m?js|map|json|xml|rss|atom|ya?ml|toml|pdf|epub|zip|t?gz|bz2|xz|7z|tar|whl|woff2?|ttf|eot|mp[34]|webm|ogg|wav|mov|exe|dmg|deb|rpm|wasm|ipynb|csv)$/i.test(
    pathname,
  );

/** Whether an address is the other's site under the name that it prefers: with or without `www`, and by https. */
export function isSameSite(one: URL, other: URL): boolean {
  if (one.origin === other.origin) return true;
  const bare = ({ hostname }: URL) => hostname.replace(/^www\./, '');
  return bare(one) === bare(other) && one.port === '' && other.port === '';
}
