/** A real etcd on loopback that runs a restore plan before anybody touches a host. */
export { rehearse, type Predicted, type Rehearsal, type RehearsalInput } from './rehearse.js';
export { chooseServer, findServers, serverFromImage, serverIn, type EtcdServer } from './servers.js';
export { plannedRestore, type PlannedRestore } from './planned-restore.js';
