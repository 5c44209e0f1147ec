import type { Route } from '../router.js';
import { listCases, readCase, removeCase, writeNotes } from './cases.js';
import { caseChart, comparedCandidates, exportedCase } from './outputs.js';
import { pageWords } from './words.js';
import { explainLines } from './explain.js';
import { cancelJob, jobEvents } from './jobs.js';
import { analyzeUpload, createUpload, receiveFile, removeUpload } from './uploads.js';

/** All routes below `/api/`. */
export const routes: readonly Route[] = [
  pageWords,
  createUpload,
  receiveFile,
  removeUpload,
  analyzeUpload,
  jobEvents,
  cancelJob,
  listCases,
  readCase,
  removeCase,
  writeNotes,
  caseChart,
  comparedCandidates,
  exportedCase,
  explainLines,
];
