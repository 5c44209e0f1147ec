import type { Catalogue } from '../catalogue.js';

export const installations = {
  'finding.installation.sources-differ.message': 'On {host} the sources disagree about {option}: {first} and {second}.',
  'finding.installation.sources-differ.meaning': 'The unit, env file, manifest, log or process list of one host name different values. The running process and the unit count more than the rest.',
  'finding.installation.sources-differ.act': 'Check on the host which value etcd really uses (systemctl cat etcd; ps -ef | grep etcd) before any restore.',
  'finding.installation.leftover.message': 'An earlier copy of the data directory lies on {host}: {path}.',
  'finding.installation.leftover.meaning': 'Somebody moved or copied a data directory here. It may hold newer data than the snapshots.',
  'finding.installation.leftover.act': 'Do not delete it. Add it to the bundle so that it can be judged as well.',
  'finding.installation.second-unit.message': 'More than one unit starts etcd on {host}: {units}.',
  'finding.installation.second-unit.meaning': 'Two units can start etcd on the same data directory or ports.',
  'finding.installation.second-unit.act': 'Find out which one belongs to this cluster, and disable the other before a restore.',
  'finding.installation.members-differ.message': 'The member lists contradict each other: {first} and {second}.',
  'finding.installation.members-differ.meaning': "The hosts' own settings, the member list and the initial cluster do not describe the same members.",
  'finding.installation.members-differ.act': "The member's own name and peer URL count. Check both hosts before any restore.",
} as const satisfies Catalogue;
