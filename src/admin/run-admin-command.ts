/** Runs an admin command with its arguments. Prints an error as one line and sets exit code 1. */
export async function runAdminCommand(doing: string, work: (args: readonly string[]) => Promise<void>): Promise<void> {
  try {
    await work(process.argv.slice(2));
  } catch (error) {
    console.error(`${doing}: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}
