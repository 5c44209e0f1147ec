import type { Progress } from '../../progress.js';
import { api, listenToJob } from './api.js';
import { casesTable } from './cases-view.js';
import { announce, h, show } from './dom.js';
import { glyph, toneGlyph } from './marks.js';
import { chosenFiles, droppedFiles, sendFiles, type Picked } from './upload.js';
import { bytes, language, t } from './words.js';

const stages = ['upload', 'intake', 'artifacts', 'bytes', 'case', 'diagnosis', 'recovery'] as const;
type Stage = (typeof stages)[number];

/** Stages of the analysis that the page shows as one line. */
const shownAs: Readonly<Record<Progress['stage'], Stage>> = {
  intake: 'intake', artifacts: 'artifacts', bytes: 'bytes', kubernetes: 'bytes', case: 'case', diagnosis: 'diagnosis', recovery: 'recovery', report: 'recovery',
};

interface StageLine {
  readonly row: HTMLElement;
  update(done: number, total: number | null, detail: string | null): void;
  /** The clock of a stage that works goes on between two messages. */
  tick(): void;
  finish(): void;
}

const seconds = (from: number, to = performance.now()): string => `${((to - from) / 1000).toFixed(1)} s`;

function stageLine(stage: Stage): StageLine {
  const mark = h('span', { class: 'stage-mark' }, glyph('dot', 'plain'));
  const bar = h('progress', { max: 1, value: 0, 'aria-label': t(`web.stage.${stage}`), hidden: true });
  const detail = h('span', { class: 'note' });
  const clock = h('span', { class: 'note clock' });
  const row = h('li', { class: 'stage waiting' }, mark, h('b', {}, t(`web.stage.${stage}`)), h('span', { class: 'stage-detail' }, bar, detail), clock);
  let begun: number | null = null;
  let ended = false;
  const tick = (): void => {
    if (begun !== null && !ended) clock.textContent = seconds(begun);
  };
  return {
    row,
    tick,
    update(done, total, text) {
      if (begun === null) {
        begun = performance.now();
        row.className = 'stage active';
        show(mark, glyph('wheel', 'plain'));
      }
      bar.hidden = total === null || total === 0;
      if (total !== null && total > 0) bar.value = done / total;
      detail.textContent = text ?? '';
      tick();
    },
    finish() {
      if (ended) return;
      tick();
      ended = true;
      row.className = 'stage done';
      show(mark, glyph('tick', 'ok'));
      bar.hidden = true;
      // The name of the last file says nothing about the stage as a whole.
      if (stage !== 'upload') detail.textContent = '';
    },
  };
}

/** The panel of one running analysis: stages at the left, first facts at the right. */
function runPanel(title: string, size: number, onCancel: () => void): { panel: HTMLElement; stage(name: Stage, done: number, total: number | null, detail: string | null): void; fact(f: NonNullable<Progress['fact']>): void; end(problem: string | null): void } {
  const begin = performance.now();
  const lines = new Map(stages.map((s) => [s, stageLine(s)] as const));
  const clock = setInterval(() => lines.forEach((line) => line.tick()), 500);
  const facts = h('ol', { class: 'facts' });
  const said = new Set<string>();
  const problem = h('p', { class: 'problem', role: 'alert', hidden: true });
  const cancel = h('button', { type: 'button', class: 'button', onclick: onCancel }, t('web.cancel'));
  const panel = h(
    'section', { class: 'panel run', 'aria-label': title },
    h('div', { class: 'run-left' },
      h('div', { class: 'run-head' }, h('h2', {}, title), h('span', { class: 'note' }, bytes(size)), cancel),
      h('ol', { class: 'stages' }, ...[...lines.values()].map((l) => l.row)), problem),
    h('div', { class: 'run-right' }, h('h2', {}, t('web.first-facts'), ' ', h('span', { class: 'note' }, t('web.first-facts.note'))), facts),
  );
  return {
    panel,
    stage(name, done, total, detail) {
      for (const earlier of stages.slice(0, stages.indexOf(name))) {
        const line = lines.get(earlier);
        if (line?.row.classList.contains('done') === false) line.finish();
      }
      lines.get(name)?.update(done, total, detail);
    },
    fact(f) {
      // A connection that was lost and found again hears everything once more.
      if (said.has(f.text)) return;
      said.add(f.text);
      facts.append(h('li', { class: 'fact' }, h('span', { class: 'note clock' }, seconds(begin)), toneGlyph(f.tone), h('span', {}, f.text)));
      announce(f.text);
    },
    end(text) {
      clearInterval(clock);
      cancel.hidden = true;
      panel.classList.add('ended');
      if (text === null) for (const line of lines.values()) line.finish();
      problem.hidden = text === null;
      problem.textContent = text ?? '';
    },
  };
}

async function run(picked: readonly Picked[], place: Element): Promise<void> {
  if (picked.length === 0) return;
  const controller = new AbortController();
  let job: string | null = null;
  let deaf = (): void => undefined;
  const [first] = picked;
  const title = picked.length === 1 && first !== undefined ? first.path : t('web.files', { n: picked.length });
  const size = picked.reduce((sum, p) => sum + p.file.size, 0);
  const openCase = (caseId: string): void => {
    panel.end(null);
    // Who reads something else by now is not taken away from it; the case stands in the list.
    if (panel.panel.isConnected) location.hash = `#/cases/${caseId}`;
    panel.panel.remove();
  };
  const failed = (error: unknown): void => panel.end(error instanceof Error ? error.message : String(error));
  /** The server says how the analysis ended: one that was done before the click shows its case. */
  const cancelJob = async (id: string): Promise<void> => {
    deaf();
    const { state, caseId } = await api.cancelJob(id);
    if (state === 'done' && caseId !== null) openCase(caseId);
    else panel.end(t('web.cancelled'));
  };
  const panel = runPanel(title, size, () => {
    controller.abort();
    if (job !== null) void cancelJob(job).catch(failed);
  });
  place.prepend(panel.panel);
  try {
    const upload = await sendFiles(picked, controller.signal, (p) =>
      panel.stage('upload', p.bytes, p.ofBytes, t('web.sent', { files: p.files, of: p.ofFiles, bytes: bytes(p.bytes), speed: bytes(p.bytesPerSecond) })));
    job = await api.analyze(upload, language());
    if (controller.signal.aborted) return await cancelJob(job);
    deaf = listenToJob(job, {
      progress(p) {
        panel.stage(shownAs[p.stage], p.done, p.total, p.detail);
        if (p.fact !== undefined) panel.fact(p.fact);
      },
      done: openCase,
      failed: (message) => panel.end(message),
      cancelled: () => panel.end(t('web.cancelled')),
    });
  } catch (error) {
    if (controller.signal.aborted) panel.end(t('web.cancelled'));
    else failed(error);
  }
}

/** Running analyses stay when the user looks at something else and comes back. */
const runs = h('div', { class: 'runs' });

/** The start page: drop zone, running analyses, earlier cases. */
export async function analyseView(main: Element): Promise<void> {
  for (const ended of runs.querySelectorAll('.ended')) ended.remove();
  const start = (picked: readonly Picked[]): void => void run(picked, runs);
  const input = (folder: boolean): HTMLInputElement => {
    const element = h('input', { type: 'file', multiple: true, webkitdirectory: folder, class: 'visually-hidden', tabindex: -1, 'aria-hidden': 'true' });
    element.addEventListener('change', () => element.files !== null && start(chosenFiles(element.files)));
    return element;
  };
  const [files, folders] = [input(false), input(true)];
  const paste = h('textarea', { id: 'paste', rows: 8, placeholder: t('web.paste.place'), 'aria-label': t('web.paste') });
  const pasteBox = h('div', { class: 'paste', hidden: true }, paste, h('button', {
    type: 'button', class: 'button primary',
    onclick: () => start([{ file: new File([paste.value], 'pasted.txt'), path: 'pasted.txt' }]),
  }, t('web.analyse')));
  const zone = h('section', { class: 'drop', 'aria-label': t('web.drop') },
    h('div', {}, h('h1', {}, t('web.drop')), h('p', { class: 'note' }, t('web.drop.note'))),
    h('div', { class: 'buttons' },
      h('button', { type: 'button', class: 'button', onclick: () => { pasteBox.hidden = !pasteBox.hidden; paste.focus(); } }, t('web.paste')),
      h('button', { type: 'button', class: 'button', onclick: () => folders.click() }, t('web.choose-folder')),
      h('button', { type: 'button', class: 'button primary', onclick: () => files.click() }, t('web.choose-files'))),
    files, folders, pasteBox);
  for (const name of ['dragenter', 'dragover']) zone.addEventListener(name, (e) => { e.preventDefault(); zone.classList.add('over'); });
  for (const name of ['dragleave', 'drop']) zone.addEventListener(name, () => zone.classList.remove('over'));
  zone.addEventListener('drop', (e) => {
    e.preventDefault();
    if (e.dataTransfer !== null) void droppedFiles(e.dataTransfer).then(start);
  });
  show(main, h('div', { class: 'page' }, zone, runs, await casesTable()));
}
