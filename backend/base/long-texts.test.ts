import { describe, test } from 'vitest'
import { readData } from '#widgets/activity/plain-data.ts'
import { redact } from '#widgets/activity/redact.ts'
import { plainText, shortened } from '#widgets/feed/plain-text.ts'
import { isIdName, isNumeric } from '#widgets/json/number-format.ts'
import { parseJson } from '#widgets/json/parse-json.ts'
import { pathOf } from '#widgets/json/path.ts'
import { credentialIn, withoutCredential } from '#widgets/kit/address-credential.ts'
import { isLinkTarget } from '#widgets/kit/link-target.ts'
import { readMoment } from '#widgets/kit/moment.ts'
import { plainBidi } from '#widgets/kit/plain-bidi.ts'
import { retryAfter } from '#widgets/kit/retry-after.ts'
import { topicSegment } from '#widgets/kit/topic-segment.ts'
import { wholeCharacters } from '#widgets/kit/whole-characters.ts'
import { parseTopic } from '../ingest/topic.ts'
import { explained } from '../refresh/git-fetch.ts'
import { escapeControls, escapeUnseen } from './control-characters.ts'
import { withoutSecrets } from './without-secrets.ts'

/** What reads texts of strangers by patterns. A pattern that begins anew at each character takes minutes for the longest here. */
const readers: readonly (readonly [string, (text: string) => unknown, number?])[] = [
  ['withoutSecrets', withoutSecrets],
  ['escapeUnseen', escapeUnseen],
  ['escapeControls', (text) => escapeControls(JSON.stringify(text))],
  ['parseTopic', parseTopic],
  [
    'git',
    (stderr) => explained({ code: 1, stdout: '', stderr }, new URL('https://git.example/a'), 'main'),
    1_000_000,
  ],
  ['credentialIn', credentialIn],
  ['withoutCredential', withoutCredential],
  ['isLinkTarget', isLinkTarget],
  ['plainBidi', plainBidi],
  ['readMoment', readMoment],
  ['retryAfter', (text) => retryAfter(text, 0)],
  ['topicSegment', topicSegment],
  ['wholeCharacters', (text) => wholeCharacters(text, 100)],
  ['readData', (text) => readData({ text, other: text }), 1_000_000],
  ['plainText', plainText],
  ['shortened', (text) => shortened(text, 100)],
  ['isIdName', isIdName],
  ['isNumeric', isNumeric],
  ['pathOf', pathOf],
  ['parseJson', (text) => attempted(() => parseJson(`1234567890123456 ${text}`, 'numbers')), 400_000],
  // Each character is looked at for all that may stand around a name, and callers cut what they give it.
  ['redact', redact, 4_000],
]
const shapes = [
  ...['a', '1', ' ', '\n', ':', '/', '@', '.', '"', "'", '-', '%', '=', '<', '\u001b', '🙂'],
  ...['a.', 'a ', '1.', 'a://', '://', '//', '%25', '\\"', "repository '", '<!--', '<script>', '</script '],
  ...['eyJ-', 'token="', 'bearer ', '/hooks/a1', '/ical/a/private-', 'maker.ifttt.com/a/', '=\n'],
]

function attempted(read: () => unknown): void {
  try {
    read()
  } catch {
    // What is no JSON is refused.
  }
}

describe.each(readers.map(([name, read, length = 200_000]) => ({ name, read, length })))(
  '$name reads a long text',
  ({ read, length }) => {
    test.each(shapes)('of %j', (shape) => {
      const text = shape.repeat(length / shape.length)
      for (const each of [text, `token=${text}!`, `https://a/${text} x`, `a@${text} `]) read(each)
    })
  },
)
