import { parentPort } from 'node:worker_threads';
import { readSnapshot } from '../etcd/snapshot/index.js';
import { currentLanguage } from './language.js';
import { checkOne, optionsFor, type CheckRequest } from './check-files.js';
import { databaseSource } from './database-source.js';

parentPort?.on('message', ({ index, path, request }: { index: number; path: string; request: CheckRequest }) => {
  try {
    const source = databaseSource(path, currentLanguage());
    parentPort?.postMessage({ index, checked: checkOne(path, readSnapshot(source, optionsFor(request)), request) });
  } catch (error) {
    parentPort?.postMessage({ index, failure: error instanceof Error ? error.message : String(error) });
  }
});
