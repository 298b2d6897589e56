/** The address of a page of others: a link where a browser goes there safely, its text anywhere else. */
export const OutwardLink = ({ url }: { url: string }) =>
  isWeb(url) ? (
    <a
      href={url}
      target="_blank"
      rel="noopener noreferrer nofollow"
      class="break-all text-accent underline decoration-line-strong hover:decoration-current"
    >
      {url}
    </a>
  ) : (
    <span class="break-all">{url}</span>
  );

const isWeb = (url: string) => URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol);
