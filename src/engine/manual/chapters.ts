/** Last edition of the tutorial that uses gcloud, and so the closest to kthw. */
const tutorialVersion = '1.21.0';

/** Chapter titles and files by number. */
const chapters: Readonly<Record<number, readonly [title: string, file: string]>> = {
  1: ['Prerequisites', '01-prerequisites'],
  2: ['Installing the Client Tools', '02-client-tools'],
  3: ['Provisioning Compute Resources', '03-compute-resources'],
  4: ['Provisioning the CA and Generating TLS Certificates', '04-certificate-authority'],
  5: ['Generating Kubernetes Configuration Files for Authentication', '05-kubernetes-configuration-files'],
  6: ['Generating the Data Encryption Config and Key', '06-data-encryption-keys'],
  7: ['Bootstrapping the etcd Cluster', '07-bootstrapping-etcd'],
  8: ['Bootstrapping the Kubernetes Control Plane', '08-bootstrapping-kubernetes-controllers'],
  9: ['Bootstrapping the Kubernetes Worker Nodes', '09-bootstrapping-kubernetes-workers'],
  10: ['Configuring kubectl for Remote Access', '10-configuring-kubectl'],
  11: ['Provisioning Pod Network Routes', '11-pod-network-routes'],
  12: ['Deploying the DNS Cluster Add-on', '12-dns-addon'],
  13: ['Smoke Test', '13-smoke-test'],
  14: ['Cleaning Up', '14-cleanup'],
};

interface Chapter {
  readonly title: string;
  readonly url: string;
}

/** Returns a chapter of Kubernetes The Hard Way. @throws RangeError for an unknown number */
export function getChapter(number: number): Chapter {
  const entry = chapters[number];
  if (!entry) throw new RangeError(`the tutorial has no chapter ${number}`);
  const [title, file] = entry;
  const url = `https://github.com/kelseyhightower/kubernetes-the-hard-way/blob/${tutorialVersion}/docs/${file}.md`;
  return { title, url };
}
