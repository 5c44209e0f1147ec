import { cite, shown } from '../cite.js';
import type { NoteFact } from '../fact.js';
import type { ArtifactReader } from '../reader.js';

/** Notes quoted per file. */
const mostLines = 60;

/** Free words of a person: sentences in a small text file that nothing else recognises. */
export const note: ArtifactReader = {
  kind: 'note',
  selective: true,
  recognise(section) {
    if (section.byteLength > 65_536 || section.command !== null || section.hostPath !== null) return { score: 0, by: '' };
    if (!/\.(?:txt|md|text|note|eml|rtf|)$|(?:^|\/)(?:readme|note|notes|说明|备注|情况)[^/]*$/i.test(section.artifact) && /\.\w{1,5}$/.test(section.artifact)) return { score: 0, by: '' };
    if (section.head.every((line) => /^Script (?:started|done)\b/.test(line))) return { score: 0, by: '' };
    const prose = section.head.filter((line) => /[\u4e00-\u9fff]{4,}/.test(line) || /^(?:[-*]\s+)?(?:\S+\s+){4,}\S+/.test(line.trim())).length;
    return prose >= 1 && prose >= section.head.length * 0.4 ? { score: 32, by: 'prose' } : { score: 0, by: '' };
  },
  *read(section) {
    let count = 0;
    for (const line of section.lines()) {
      if (line.text.trim() === '') continue;
      if (++count > mostLines) return;
      const fact: NoteFact = { kind: 'note', at: cite(section, line), host: section.host, text: shown(line.text) };
      yield fact;
    }
  },
};
