/** Permanent error of a keyring. */
export class KeyringError extends Error {
  override name = 'KeyringError';
  readonly problem: string;
  readonly remedy: string;

  constructor(problem: string, remedy: string) {
    super(`${problem}; ${remedy}`);
    this.problem = problem;
    this.remedy = remedy;
  }
}
