// Checks files of a list, one after the other, beside other threads that take from the same list.
import { parentPort, workerData } from 'node:worker_threads';
import { checkShare, type CheckShare } from './check-share.js';

checkShare(workerData as CheckShare, (reply) => parentPort?.postMessage(reply));
