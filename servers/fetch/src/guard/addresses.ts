import { BlockList, isIP } from 'node:net';

type Subnet = readonly [network: string, prefix: number];

/** IANA special-purpose IPv4 addresses that are not globally reachable, multicast, reserved, and the metadata service that hides in public space. */
const SPECIAL_V4: readonly Subnet[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/** All unicast that IANA has given out; everything else (loopback, ULA, link-local, multicast, NAT64, IPv4-compatible) is not public. */
const PUBLIC_V6: Subnet = ['2000::', 3];

/** Inside it: Teredo and other protocol assignments, documentation, 6to4. They carry or stand for other addresses. */
const SPECIAL_V6: readonly Subnet[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

/** Never reached, also where an intranet is allowed: metadata services, link-local, multicast, unspecified, and what hides another address. */
const NEVER_V4: readonly Subnet[] = [
  ['0.0.0.0', 8],
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];
const NEVER_V6: readonly Subnet[] = [
  ['::', 128],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2001::', 32],
  ['2002::', 16],
  ['fd00:ec2::', 32],
  ['fd20:ce::', 32],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
];

const MAPPED = list(['::ffff:0:0', 96]);
const COMPATIBLE = list(['::', 96]);
const PUBLIC = list(PUBLIC_V6);
const SPECIAL = list(...SPECIAL_V4, ...SPECIAL_V6);
const NEVER = list(...NEVER_V4, ...NEVER_V6);

function list(...subnets: Subnet[]): BlockList {
  const blocks = new BlockList();
  for (const [network, prefix] of subnets) blocks.addSubnet(network, prefix, family(network));
  return blocks;
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}

const within = (blocks: BlockList, address: string): boolean => blocks.check(address, family(address));

/**
 * Whether an address belongs to the public internet. Anything that is not plainly public is not.
 * @param address as the resolver or the socket has it, without a zone
 */
export function isPublic(address: string): boolean {
  const plain = unmapped(address);
  if (plain === undefined) return false;
  if (within(SPECIAL, plain)) return false;
  return isIP(plain) === 4 || within(PUBLIC, plain);
}

/** Whether an address may be reached where its host is opted in: private networks and loopback, and all that is public. */
export function isInternal(address: string): boolean {
  const plain = unmapped(address);
  return plain !== undefined && !within(NEVER, plain) && (!within(COMPATIBLE, plain) || plain === '::1');
}

/** Whether an address stands in one of the networks. @param networks such as `192.0.2.7/24` */
export function isWithin(address: string, networks: readonly string[]): boolean {
  const plain = unmapped(address);
  if (plain === undefined) return true;
  return networks.some((cidr) => {
    const [network = '', prefix = ''] = cidr.split('/');
    return (
      isIP(network) !== 0 &&
      family(network) === family(plain) &&
      within(list([network, Number(prefix)]), plain)
    );
  });
}

/** An IPv4 address inside an IPv6 one is judged as what it is. @returns undefined for what is no address */
function unmapped(address: string): string | undefined {
  if (isIP(address) === 0 || address.includes('%')) return undefined;
  if (isIP(address) === 4 || !within(MAPPED, address)) return address;
  // The URL parser spells the last 32 bits of a mapped address in hexadecimal.
  const groups = new URL(`http://[${address}]`).hostname.slice(1, -1).split(':').slice(-2);
  const [high = 0, low = 0] = groups.map((it) => parseInt(it, 16));
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
