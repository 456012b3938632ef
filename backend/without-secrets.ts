/** Query errors carry their parameters, which may have several lines; URLs carry passwords, or a token, alone or in their query. */
export function withoutSecrets(text: string): string {
  return text
    .replace(/(\w+:\/\/)[^\s/]*@/g, '$1…@')
    .replace(/(\w+:\/\/[^\s?#'"]*)[?#][^\s'"]*/g, '$1?…')
    .replace(/\nparams: [\s\S]*?(?=\n {4}at |$)/g, '\nparams: …')
}
