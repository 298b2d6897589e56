import { describe, expect, it } from 'vitest';
import { isPublicAddress } from '../../src/platform/outbound/addresses.ts';
import { allowedPlaces, isPlace } from '../../src/platform/outbound/allowed-places.ts';
import { addressesOf, destinationOf } from '../../src/platform/outbound/destination.ts';

describe('a public address', () => {
  it.each(['1.1.1.1', '8.8.8.8', '93.184.216.34', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450::1'])(
    'is %s',
    (address) => expect(isPublicAddress(address)).toBe(true),
  );

  it.each([
    ['this network', '0.0.0.0', '0.1.2.3', '::'],
    ['loopback', '127.0.0.1', '127.1.2.3', '::1'],
    ['private', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
    ['link-local, metadata services', '169.254.169.254', '169.254.0.1', 'fe80::1', 'fe80::1%eth0'],
    ['other metadata services', '100.100.100.200', '192.0.0.192', '168.63.129.16', 'fd00:ec2::254'],
    ['of carriers', '100.64.0.1', '100.127.255.255'],
    ['multicast and broadcast', '224.0.0.1', '239.255.255.250', '255.255.255.255', 'ff02::1'],
    ['documentation', '192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1'],
    ['benchmarks and the future', '198.18.0.1', '198.19.255.255', '240.0.0.1', '254.0.0.1', '2001:2::1'],
    ['relays', '192.88.99.1', '192.175.48.1', '192.52.193.1'],
    ['unique local and site-local', 'fc00::1', 'fdaa::3', 'fec0::1'],
    ['IPv4 mapped', '::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:8.8.8.8', '::ffff:7f00:1'],
    ['IPv4 compatible', '::127.0.0.1', '::10.0.0.1', '::8.8.8.8'],
    ['IPv4 translated', '::ffff:0:127.0.0.1', '64:ff9b::127.0.0.1', '64:ff9b::a00:1', '64:ff9b:1::a00:1'],
    ['IPv4 tunnelled', '2002:7f00:1::', '2002:a00:1::1', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
    ['discarded or not given out', '100::1', '4000::1', '5f00::1', 'e000::1'],
    ['no address at all', '', 'localhost', '127.0.0', '1.2.3.4.5', '300.1.1.1', '12345::', 'example.com'],
  ])('is none that is %s', (_, ...addresses) => {
    expect(addresses.filter(isPublicAddress)).toEqual([]);
  });
});

describe('an address to call', () => {
  const nowhere = { allowed: allowedPlaces([]), ports: [80, 443] };
  const resolve = async (host: string) => (host === 'public.example' ? ['93.184.216.34'] : ['127.0.0.1']);
  const addressesFor = async (url: string, allow: string[] = []) => {
    const rules = { allowed: allowedPlaces(allow), ports: [80, 443], resolve };
    const { hostname } = destinationOf(url, rules);
    return addressesOf(hostname.replace(/^\[|\]$/g, '').replace(/\.$/, ''), rules);
  };

  it('is one of the public internet, by name or number', async () => {
    expect(await addressesFor('https://public.example/hook')).toEqual(['93.184.216.34']);
    expect(await addressesFor('http://93.184.216.34/')).toEqual(['93.184.216.34']);
    expect(await addressesFor('https://[2606:4700::1111]/')).toEqual(['2606:4700::1111']);
  });

  // After OWASP's cheat sheet on server-side request forgery.
  it.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://127.0.1/',
    'http://2130706433/',
    'http://017700000001/',
    'http://0x7f000001/',
    'http://0x7f.0x0.0x0.0x1/',
    'http://0177.0.0.01/',
    'http://0/',
    'http://127.0.0.1./',
    'http://127%2e0%2e0%2e1/',
    'http://①②⑦.⓪.⓪.①/',
    'http://１２７.０.０.１/',
    'http://127。0。0。1/',
    'http://localhost/',
    'http://localhost./',
    'http://LOCALHOST/',
    'http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/',
    'http://[::1]/',
    'http://[::]/',
    'http://[0:0:0:0:0:ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://169.254.169.254/latest/meta-data/',
    'http://2852039166/',
    'http://0xa9fea9fe/',
    'http://[fd00:ec2::254]/latest/',
    'http://metadata.google.internal/',
    'http://private.example/',
  ])('is not %s', async (url) => {
    await expect(addressesFor(url)).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('does not lead to the public internet') as string,
    });
  });

  it.each([
    ['ftp://public.example/', 'only http and https'],
    ['file:///etc/passwd', 'only http and https'],
    ['gopher://public.example/', 'only http and https'],
    ['javascript:alert(1)', 'only http and https'],
    ['http://user@public.example/', 'a user name or a password'],
    ['http://:secret@public.example/', 'a user name or a password'],
    ['http://public.example:443@127.0.0.1/', 'a user name or a password'],
    ['http://public.example:22/', 'port 22 is not called, only 80 and 443 are'],
    ['https://public.example:6379/', 'port 6379'],
    ['http://127.0.0.1:8787/', 'port 8787'],
    ['not a url', 'it is not a URL'],
    ['http://', 'it is not a URL'],
    ['http://1.2.3.999/', 'it is not a URL'],
  ])('is not %s', (url, why) => {
    expect(() => destinationOf(url, nowhere)).toThrow(why);
  });

  it('is none of which one address of several is private', async () => {
    const rules = { ...nowhere, resolve: async () => ['93.184.216.34', '10.0.0.1'] };
    await expect(addressesOf('mixed.example', rules)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('may be one that whoever runs the server has named, at any port, and nothing beside it', async () => {
    expect(await addressesFor('http://127.0.0.1:4000/', ['127.0.0.1'])).toEqual(['127.0.0.1']);
    expect(await addressesFor('http://0x7f000001/', ['127.0.0.0/8'])).toEqual(['127.0.0.1']);
    expect(await addressesFor('http://private.example/', ['127.0.0.1/32'])).toEqual(['127.0.0.1']);
    expect(await addressesFor('http://Private.example:99/', ['private.example'])).toEqual(['127.0.0.1']);
    expect(await addressesFor('http://[::1]:4000/', ['::1'])).toEqual(['::1']);
    await expect(addressesFor('http://127.0.0.2/', ['127.0.0.1'])).rejects.toMatchObject({ code: 'forbidden' });
    await expect(addressesFor('http://a.private.example/', ['private.example'])).rejects.toMatchObject({
      code: 'forbidden',
    });
  });

  it('says of a name that nobody knows that it is not known', async () => {
    const rules = { ...nowhere, resolve: async () => Promise.reject(new Error('ENOTFOUND')) };
    await expect(addressesOf('nobody.example', rules)).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('a place that can be allowed', () => {
  it('is a host, an address or a network', () => {
    const good = ['localhost', 'hooks.internal', 'my_service', '10.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8'];
    expect(good.filter(isPlace)).toEqual(good);
  });

  it('is nothing else', () => {
    const bad = ['', '*', '10.0.0', '10.0.0.1:80', '10.0.0.0/33', 'http://x', 'a b', '-x', '1.2.3.256', 'x/8'];
    expect(bad.filter(isPlace)).toEqual([]);
  });
});
