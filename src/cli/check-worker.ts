// Checks files of a list, one after the other, beside other threads that take from the same list.
import { parentPort, workerData } from 'node:worker_threads';
import { checkShare, type CheckShare } from './check-share.js';

checkShare(workerData as CheckShare, (reply) => parentPort?.postMessage(reply));
// It says that it is done and waits to be ended. A thread that ends by itself first waits for the compiler, which may wait
// for memory that only this thread can free: Node 20 then waits for ever (NodePlatform::DrainTasks).
parentPort?.on('message', () => undefined);
parentPort?.postMessage(null);
