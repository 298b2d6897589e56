export interface Proxy {
  /** For display: without credentials. */
  url: string;
  host: string;
  port: number;
  /** Speaks TLS itself. */
  secure: boolean;
  /** Never shown. */
  authorization: string | undefined;
}

/** What the usual variables say about an address: nothing, a proxy, or something that cannot be used. */
export type ProxyChoice = { kind: 'direct' } | { kind: 'proxy'; proxy: Proxy } | { kind: 'refused'; problem: string };

type Variables = Record<string, string | undefined>;

/**
 * As curl and Go read HTTPS_PROXY, HTTP_PROXY and NO_PROXY: lower case goes first, and this machine is never asked for
 * through a proxy. (`proxy-from-env` reads the process's environment itself and takes `acme.dev` for that host alone.)
 */
export function chooseProxy(address: string, env: Variables): ProxyChoice {
  const { protocol, hostname, port } = new URL(address);
  const variable = protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const text = read(env, variable);
  const exceptions = read(env, 'NO_PROXY');
  const host = plainHost(hostname);
  if (!text || isLoopback(host) || isExcepted(host, port || defaultPort(protocol), exceptions)) {
    return { kind: 'direct' };
  }
  const proxy = parseProxy(text);
  if (proxy) return { kind: 'proxy', proxy };
  const problem = `${variable} is not the address of an http or https proxy, such as http://proxy.acme.dev:3128; correct or unset it and restart.`;
  return { kind: 'refused', problem };
}

function parseProxy(text: string): Proxy | undefined {
  const address = text.includes('://') ? text : `http://${text}`;
  if (!URL.canParse(address)) return undefined;
  const { protocol, hostname, port, host, username, password } = new URL(address);
  if (!/^https?:$/.test(protocol)) return undefined;
  const credentials = `${unescaped(username)}:${unescaped(password)}`;
  return {
    url: `${protocol}//${host}`,
    host: plainHost(hostname),
    port: Number(port || defaultPort(protocol)),
    secure: protocol === 'https:',
    authorization: username || password ? `Basic ${Buffer.from(credentials).toString('base64')}` : undefined,
  };
}

function isExcepted(host: string, port: string, exceptions: string) {
  return exceptions
    .toLowerCase()
    .split(/[,\s]+/)
    .filter(Boolean)
    .some((entry) => entry === '*' || matches(host, port, entry));
}

/** `acme.dev` means the host and all below it, `.acme.dev` and `*.acme.dev` all below it, `host:port` that port alone. */
function matches(host: string, port: string, entry: string) {
  const [, name = '', only] = /^(\[[^\]]*\]|[^:]*|.*:.*:.*?)(?::(\d+))?$/.exec(entry) ?? [];
  if (only !== undefined && only !== port) return false;
  const suffix = plainHost(name).replace(/^\*/, '');
  return suffix.startsWith('.') ? host.endsWith(suffix) : host === suffix || host.endsWith(`.${suffix}`);
}

const isLoopback = (host: string) =>
  host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);

const read = (env: Variables, name: string) => (env[name.toLowerCase()] || env[name] || '').trim();

const plainHost = (host: string) => host.replace(/^\[|\]$/g, '');

const defaultPort = (protocol: string) => (protocol === 'https:' ? '443' : '80');

/** A percent sign that escapes nothing stands for itself. */
function unescaped(text: string) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
