/** The drawings of a report. */
export const chartNames = ['timeline', 'revisions', 'backups'] as const;
export type ChartName = (typeof chartNames)[number];
