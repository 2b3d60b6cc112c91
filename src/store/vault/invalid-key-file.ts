/** Unusable or insecure key file. The message contains a remedy. */
export class InvalidKeyFile extends Error {
  override name = 'InvalidKeyFile';
}
