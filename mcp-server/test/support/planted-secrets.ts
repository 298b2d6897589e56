/** A random source that says the same in every run (mulberry32). */
export function seeded(seed: number) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface Planted {
  type: string;
  /** What must not be found anywhere afterwards. */
  secret: string;
  /** A text in which it stands as it would in the wild. */
  text: string;
}

const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const lower = upper.toLowerCase();
const digits = '0123456789';
const base62 = digits + upper + lower;
const hex = `${digits}abcdef`;

/**
 * Secrets and personal data of many types, made up at run time: none is real, and none stands here as a literal that a
 * scanner of this repository would find. Every call of a maker gives another one.
 */
export function plantedSecrets(count: number, seed = 1): Planted[] {
  const random = seeded(seed);
  const pick = <T>(items: readonly T[]) => items[Math.floor(random() * items.length)]!;
  const some = (length: number, alphabet = base62) => Array.from({ length }, () => pick([...alphabet])).join('');
  const glue = (...parts: string[]) => parts.join('');
  const base64 = (length: number) => some(length, `${base62}+/`);
  const word = () => pick(['tulip', 'harbor', 'violet', 'copper', 'meadow', 'walnut']) + some(3, digits);

  const surroundings: ((secret: string) => string)[] = [
    (secret) => secret,
    (secret) => `const value = "${secret}";`,
    (secret) => `+  client.connect('${secret}')\n-  client.connect(oldValue)`,
    (secret) => `see ${secret} for more`,
    (secret) => JSON.stringify({ nested: `{"value":"${secret}"}` }),
    (secret) => `a\nb ${secret}\r\nc`,
  ];
  const inWild = (secret: string) => ({ secret, text: pick(surroundings)(secret) });
  const inside = (secret: string, ...texts: ((secret: string) => string)[]) => ({ secret, text: pick(texts)(secret) });
  const pem = (kind: string) => {
    const body = Array.from({ length: 12 }, () => base64(64));
    const line = pick(['\n', '\\n', '\n+']);
    const text = [
      `-----BEGIN ${glue(kind, 'PRIVATE')} KEY-----`,
      ...body,
      `-----END ${glue(kind, 'PRIVATE')} KEY-----`,
    ];
    return { secret: body[5]!, text: `const pem = "${text.join(line)}";` };
  };

  const makers: Record<string, () => { secret: string; text: string }> = {
    'whetstone key': () => inWild(glue('wsk', '_', some(12), '_', some(38))),
    'aws access key id': () => inWild(glue(pick(['AK', 'AS']), 'IA', some(16, upper + digits))),
    'aws secret': () =>
      inside(
        base64(40),
        (secret) => `aws_secret_access_key = ${secret}`,
        (secret) => `AWS_SECRET_ACCESS_KEY="${secret}"`,
        (secret) => `{"secretAccessKey": "${secret}"}`,
      ),
    'github token': () => inWild(glue('gh', pick(['p', 'o', 's', 'u', 'r']), '_', some(36))),
    'github fine-grained': () => inWild(glue('github', '_pat_', some(22), '_', some(59))),
    'gitlab token': () => inWild(glue('gl', 'pat-', some(20))),
    'slack token': () => inWild(glue('xo', 'xb-', some(12, digits), '-', some(12, digits), '-', some(24))),
    'slack webhook': () =>
      inside(
        glue(some(9, upper), '/B', some(8, upper), '/', some(24)),
        (secret) => `https://hooks.slack.com/services/T${secret}`,
      ),
    'stripe key': () => inWild(glue(pick(['sk', 'rk']), '_live_', some(24))),
    'openai key': () =>
      inWild(pick([glue('sk', '-proj-', some(48)), glue('sk', '-', some(20), 'T3Blbk', 'FJ', some(20))])),
    'anthropic key': () => inWild(glue('sk', '-ant-api03-', some(93), 'AA')),
    'google key': () => inWild(glue('AI', 'za', some(35))),
    'npm token': () => inWild(glue('np', 'm_', some(36))),
    'npmrc token': () => inside(glue(some(8), '-', some(27)), (secret) => `//npm.pkg.test/:_authToken=${secret}`),
    'pypi token': () => inWild(glue('py', 'pi-', some(120))),
    'sendgrid key': () => inWild(glue('S', 'G.', some(22), '.', some(43))),
    'twilio key': () => inWild(glue('S', 'K', some(32, hex))),
    'azure key': () =>
      inside(
        glue(base64(86), '=='),
        (secret) =>
          `DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=${secret};EndpointSuffix=core.windows.net`,
      ),
    'hugging face token': () => inWild(glue('h', 'f_', some(34, upper + lower))),
    'vault token': () => inWild(glue('hv', 's.', some(95))),
    jwt: () => inWild(glue('ey', 'J', some(30), '.ey', 'J', some(60), '.', some(43))),
    'rsa key': () => pem('RSA '),
    'openssh key': () => pem('OPENSSH '),
    'pkcs8 key': () => pem(''),
    'postgres url': () => inside(some(16), (secret) => `postgres://app:${secret}@db.internal:5432/app`),
    'mongodb url': () => inside(some(12), (secret) => `mongodb+srv://admin:${secret}@cluster0.mongo.test/?w=majority`),
    'basic auth url': () => inside(word(), (secret) => `git clone https://kim:${secret}@git.acme.dev/api.git`),
    bearer: () =>
      inside(
        some(40),
        (secret) => `Authorization: Bearer ${secret}`,
        (secret) => `headers: { authorization: 'Bearer ${secret}' }`,
        (secret) => `curl -H "authorization: bearer ${secret}" https://api.acme.dev`,
      ),
    'basic header': () => inside(base64(24), (secret) => `Authorization: Basic ${secret}`),
    cookie: () =>
      inside(
        some(32),
        (secret) => `Cookie: session=${secret}; theme=dark`,
        (secret) => `set-cookie: sid=${secret}; HttpOnly`,
      ),
    password: () =>
      inside(
        word(),
        (secret) => `password = "${secret}"`,
        (secret) => `const dbPassword = '${secret}';`,
        (secret) => `{"password": "${secret}"}`,
        (secret) => JSON.stringify({ file: `{"user":"kim","password":"${secret}"}` }),
        (secret) => `passwd: "${secret}"`,
        (secret) => `Server=db;User Id=sa;Password=${secret};`,
      ),
    'env line': () =>
      inside(
        some(14),
        (secret) => `PORT=80\nDB_PASSWORD=${secret}\nDEBUG=1`,
        (secret) => `+export STRIPE_WEBHOOK_SECRET=${secret}`,
        (secret) => `SESSION_TOKEN='${secret}'`,
      ),
    'named token': () =>
      inside(
        some(32),
        (secret) => `const apiKey = "${secret}";`,
        (secret) => `api_key: ${secret}`,
        (secret) => `"client_secret" => '${secret}'`,
        (secret) => `x-api-key: ${secret}`,
        (secret) => `?access_token=${secret}&page=2`,
      ),
    email: () =>
      inWild(glue(word(), '.', word(), '@', pick(['mail', 'corp']), '-', word(), '.', pick(['com', 'de', 'io']))),
    phone: () =>
      inside(
        glue('+', pick(['49', '44', '1']), ' ', some(3, '23456789'), ' ', some(7, digits)),
        (secret) => `call ${secret} today`,
        (secret) => `"phone": "${secret}"`,
      ),
    card: () =>
      inside(
        luhn(glue('4', some(14, digits))),
        (secret) => `card: ${secret}`,
        (secret) => `pay("${secret}")`,
      ),
    iban: () =>
      inside(
        iban(some(18, digits)),
        (secret) => `to ${secret}, please`,
        (secret) => `'${secret}'`,
      ),
    'home directory': () =>
      inside(
        word(),
        (secret) => `/home/${secret}/acme/api.ts`,
        (secret) => `C:\\Users\\${secret}\\acme`,
        (secret) => `file:///Users/${secret}/x`,
        (secret) => JSON.stringify(`C:\\Users\\${secret}\\acme`),
      ),
    'ip address': () =>
      inside(
        glue('93.', String(100 + Math.floor(random() * 99)), '.216.', String(100 + Math.floor(random() * 99))),
        (secret) => `from ${secret}:443`,
        (secret) => `"ip":"${secret}"`,
      ),
  };

  const types = Object.keys(makers);
  return Array.from({ length: count }, (_, index) => {
    const type = types[index % types.length]!;
    return { type, ...makers[type]!() };
  });
}

function luhn(prefix: string) {
  for (let digit = 0; ; digit++) {
    const sum = [...`${prefix}${digit}`].toReversed().reduce((total, character, index) => {
      const value = Number(character) * (index % 2 === 1 ? 2 : 1);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
    if (sum % 10 === 0) return `${prefix}${digit}`;
  }
}

function iban(account: string) {
  const rest = BigInt(`${account}131400`) % 97n;
  return `DE${String(98n - rest).padStart(2, '0')}${account}`;
}
