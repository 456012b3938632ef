// What the model tests played, as a table in Markdown, which reads well in a terminal too.
import { cpus, release, totalmem, type } from 'node:os'

const head = ['test', 'histories', 'steps', 'seconds', 'outcome']
const line = (cells) => `| ${cells.join(' | ')} |`
const count = (number) => number.toLocaleString('en')

/** Of a JSON report of Vitest. Tests that say nothing of histories are left out. */
export function modelTable(report, seed) {
  const rows = report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ meta }) => meta?.model)
    .map(({ title, meta, duration, status }) => [
      title,
      count(meta.model.histories),
      count(meta.model.steps),
      ((duration ?? 0) / 1000).toFixed(0),
      status === 'passed' ? 'held' : '**failed**',
    ])
  const gigabytes = Math.round(totalmem() / 1024 ** 3)
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${gigabytes} GiB, ${type()} ${release()}, Node ${process.versions.node}`
  const about = `${new Date().toISOString().slice(0, 10)}, seed ${seed}. ${machine}.`
  return [line(head), '|---|---:|---:|---:|---|', ...rows.map(line), '', about].join('\n')
}
