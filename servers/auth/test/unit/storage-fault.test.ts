import { expect } from 'chai';
import { storageFault } from '../../src/storage-fault.ts';
import { sqliteFaults } from '../support/failing-disk.ts';

describe('A fault of the storage', () => {
  const failed = (fields: object): Error => Object.assign(new Error('it failed'), fields);
  const { full, readOnly } = sqliteFaults();

  for (const [name, error, code] of [
    ['SQLite on a full disk', full, 'DISK_FULL'],
    ['SQLite on what it may not write', readOnly, 'READ_ONLY'],
    ['an I/O error of SQLite, extended', failed({ errcode: 10 | (19 << 8) }), 'DISK_FULL'],
    ['ENOSPC', failed({ code: 'ENOSPC' }), 'DISK_FULL'],
    ['EDQUOT', failed({ code: 'EDQUOT' }), 'DISK_FULL'],
    ['EROFS', failed({ code: 'EROFS' }), 'READ_ONLY'],
  ] as const) {
    it(`is found in ${name}, also as a cause`, () => {
      expect(storageFault(error)).to.include({ code });
      expect(storageFault(new Error('wrapped', { cause: error }))).to.include({ code });
    });
  }

  it('is not found in anything else', () => {
    for (const error of [
      new Error('x'),
      failed({ code: 'EACCES' }),
      failed({ errcode: 5 }),
      'ENOSPC',
      undefined,
    ])
      expect(storageFault(error)).to.equal(undefined);
  });
});
