/** Runs a command of the administrator's with its arguments: what went wrong is one line, and exit code 1. */
export async function runAdminCommand(doing: string, work: (args: readonly string[]) => Promise<void>): Promise<void> {
  try {
    await work(process.argv.slice(2));
  } catch (error) {
    console.error(`${doing}: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}
