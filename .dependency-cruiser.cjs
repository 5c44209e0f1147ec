/** The arrows of the house: bundle -> artifacts -> evidence -> findings -> recommendation -> report. */
const order = ['formats', 'etcd', 'kubernetes', 'intake', 'artifacts', 'time', 'case', 'timeline', 'diagnosis', 'installations', 'recovery', 'report', 'casebook', 'rehearsal', 'redaction', 'cli', 'web', 'words'];
const allowed = {
  formats: [],
  time: ['words'],
  words: [],
  etcd: ['formats'],
  kubernetes: ['formats', 'etcd', 'time'],
  intake: ['formats'],
  artifacts: ['intake', 'time', 'formats'],
  case: ['artifacts', 'intake', 'time', 'etcd', 'kubernetes', 'formats', 'installations', 'words'],
  installations: ['artifacts', 'time', 'etcd', 'case'],
  timeline: ['case', 'artifacts', 'time', 'etcd', 'kubernetes', 'words'],
  diagnosis: ['timeline', 'case', 'artifacts', 'time', 'etcd', 'kubernetes', 'installations', 'words'],
  recovery: ['diagnosis', 'timeline', 'installations', 'case', 'artifacts', 'time', 'etcd', 'kubernetes', 'words'],
  report: ['case', 'words', 'time'],
  casebook: ['case', 'etcd', 'words'],
  redaction: ['case', 'artifacts', 'intake', 'etcd', 'formats', 'time', 'words'],
  rehearsal: ['case', 'recovery', 'etcd', 'words'],
};
const notAllowed = (from) => order.filter((to) => to !== from && !(allowed[from] ?? order).includes(to));
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    ...Object.keys(allowed).map((from) => ({
      name: `${from}-knows-only-earlier-rooms`,
      severity: 'error',
      from: { path: `^src/${from}/` },
      to: { path: `^src/(${notAllowed(from).join('|')})/` },
    })),
    { name: 'nobody-imports-cli-or-web', severity: 'error', from: { path: '^src/(?!cli|web)' }, to: { path: '^src/(cli|web)/' } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
};
