/** A service cannot be installed on this machine; the others can. */
export class Unavailable extends Error {
  readonly nextStep: string;

  constructor(reason: string, nextStep: string) {
    super(reason);
    this.name = 'Unavailable';
    this.nextStep = nextStep;
  }
}
