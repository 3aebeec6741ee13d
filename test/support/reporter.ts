import Mocha from 'mocha';
import { installLine } from './programs.ts';
import { missingPrograms } from './requires.ts';

/** The spec reporter, closed by the programs that were missing and by one plain line of counts. */
export default class Reporter extends Mocha.reporters.Spec {
  override epilogue(): void {
    super.epilogue();
    const missing = missingPrograms(this.runner.suite);
    if (missing.length > 0) {
      Mocha.reporters.Base.consoleLog('Some tests were skipped, for these programs are missing:');
      for (const name of missing) {
        Mocha.reporters.Base.consoleLog('  %s: %s', name.padEnd(14), installLine(name));
      }
    }
    const { passes, failures, pending } = this.stats;
    Mocha.reporters.Base.consoleLog('%d passed, %d failed, %d skipped', passes, failures, pending);
  }
}
