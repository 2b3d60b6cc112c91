/** Renders sources.list(5) with only the binary and source packages of one suite. */
export function renderSources(options: {
  readonly mirror: string;
  readonly suite: string;
  readonly signedBy: string | undefined;
}): string {
  const signed = options.signedBy === undefined ? '' : ` signed-by=${options.signedBy}`;
  return [
    `deb [target=Packages${signed}] ${options.mirror} ${options.suite} main`,
    `deb-src [target=Sources${signed}] ${options.mirror} ${options.suite} main`,
    '',
  ].join('\n');
}

/**
 * Renders apt.conf(5) that keeps apt inside one directory. The host's settings, such as a proxy, still apply, except
 * its hooks, which would clean up or index the wrong files. The empty status file hides installed packages, which could
 * be newer than the suite's.
 */
export function renderAptConfiguration(folder: string): string {
  return `#clear APT::Architectures;
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
APT::Architecture "amd64";
APT::Architectures { "amd64"; };
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "3";
Dir::Etc::sourcelist "${folder}/sources.list";
Dir::Etc::sourceparts "${folder}/empty";
Dir::Etc::preferences "${folder}/none";
Dir::Etc::preferencesparts "${folder}/empty";
Dir::State "${folder}/state";
Dir::State::lists "${folder}/lists";
Dir::State::status "${folder}/status";
Dir::Cache "${folder}/cache";
`;
}
