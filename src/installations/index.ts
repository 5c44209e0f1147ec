export { installationOf, installations, recogniseInstallation } from './recognise.js';
export { memberSettings, type SettingsOfMember } from './member-settings.js';
export { factsOfHost } from './facts-of-host.js';
export type { SettingsFinding } from './settings-finding.js';
export { parseInitialCluster, unionOfMembers } from './initial-cluster.js';
export { otherStore, type OtherStore } from './other-store.js';
export { etcdOptions, type EtcdOptions, type OptionValue } from './options.js';
export { placeholders, type Installation, type ManualStep } from './installation.js';
