import { expect } from 'chai';
import { isInternal, isPublic, isWithin } from '../../src/guard/addresses.ts';

const PUBLIC = [
  '1.1.1.1',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.167.255.255',
  '192.169.0.0',
  '198.17.255.255',
  '198.20.0.0',
  '223.255.255.255',
  '::ffff:8.8.8.8',
  '::ffff:808:808',
  '2001:200::1',
  '2001:4860:4860::8888',
  '2606:4700:4700::1111',
  '2a00:1450:4001::1',
  '3ffe::1',
];
const PRIVATE = [
  '10.0.0.1',
  '172.16.0.1',
  '192.168.1.1',
  '127.0.0.1',
  '100.64.0.1',
  '::1',
  'fd12:3456::1',
  '::ffff:10.0.0.1',
];
const NEVER = [
  '0.0.0.0',
  '0.1.2.3',
  '169.254.169.254',
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::127.0.0.1',
  '::ffff:0.0.0.0',
  '::ffff:169.254.169.254',
  '64:ff9b::7f00:1',
  '2001::1',
  '2002:7f00:1::',
  'fd00:ec2::254',
  'fd20:ce::254',
  'fe80::1',
  'fec0::1',
  'ff02::1',
];
const NO_ADDRESS = [
  '',
  'localhost',
  '127.1',
  '0x7f000001',
  '1.2.3.4.5',
  '1.2.3.256',
  'fe80::1%lo',
  '[::1]',
  '8.8.8.8:80',
  ' 8.8.8.8',
];

describe('an address', () => {
  for (const address of PUBLIC) {
    it(`${address} is public`, () => expect(isPublic(address)).to.equal(true));
  }
  for (const address of PRIVATE) {
    it(`${address} is not, but may be opted in`, () => {
      expect(isPublic(address)).to.equal(false);
      expect(isInternal(address)).to.equal(true);
    });
  }
  for (const address of NEVER) {
    it(`${address} is never reached`, () => {
      expect(isPublic(address)).to.equal(false);
      expect(isInternal(address)).to.equal(false);
    });
  }
  for (const text of NO_ADDRESS) {
    it(`${JSON.stringify(text)} is none`, () => {
      expect(isPublic(text)).to.equal(false);
      expect(isInternal(text)).to.equal(false);
      expect(isWithin(text, [])).to.equal(true);
    });
  }

  it('stands in a network or not', () => {
    const own = ['203.0.113.7/24', '2001:db8::5/64'];
    expect(isWithin('203.0.113.200', own)).to.equal(true);
    expect(isWithin('::ffff:203.0.113.200', own)).to.equal(true);
    expect(isWithin('203.0.114.1', own)).to.equal(false);
    expect(isWithin('2001:db8::ffff', own)).to.equal(true);
    expect(isWithin('2001:db8:0:1::1', own)).to.equal(false);
    expect(isWithin('8.8.8.8', [])).to.equal(false);
  });
});
