/** Renders sources.list(5) with the packages and the sources of one suite, and nothing else that apt could fetch. */
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
 * Renders apt.conf(5) that keeps apt inside one folder. The machine's own settings, such as a proxy, stay in force, but not
 * its hooks: they would clean up or index what is not ours. The empty status file hides what is installed, which could be
 * newer than the suite's packages.
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
