import { describe, expect, test } from 'vitest'
import type { Json } from '../define.ts'
import { github, plain, read } from './events.fixtures.ts'
import { joinLines } from './join.ts'

describe('any other event', () => {
  test.each<[string, string, Json]>([
    ['web 1.4 was deployed to prod', 'deploy.prod.web', { version: '1.4' }],
    ['tomas deployed api 2.9.0 to prod', 'deploy.prod.api', { version: '2.9.0', by: 'tomas' }],
    [
      'anna deployed web 1.4 to prod',
      'deploy.prod.web',
      { version: 1.4, by: 'anna', canary: true, more: 'x' },
    ],
    ['web 1 was deployed to prod: It is out', 'deploy.prod.web', { version: 1, message: 'It is out' }],
    ['web 2 could not be deployed to prod', 'deploy.prod.web', { version: 2, status: 'failed' }],
    ['anna is deploying web to prod', 'deploy.prod.web', { actor: { login: 'anna' }, status: 'started' }],
    ['web was deployed to prod: done', 'deploy.prod.web', 'done'],
    ['web was deployed to prod', 'deploy.prod.web', [1, 2]],
    ['web was deployed to prod', 'deploy.prod.web', null],
    ['web was deployed to prod', 'deploy.prod.web', {}],
    ['web was deployed to prod: a b', 'deploy.prod.web', 'a\n\n b '],
    ['web was deployed', 'deploy.web', null],
    ['api 3 was deployed to prod', 'deploy.prod', { app: 'api', version: 3 }],
    ['deploy happened', 'deploy', null],
    ['monalisa released design 2.1.0', 'release.design', { version: '2.1.0', by: 'monalisa' }],
    [
      'anna gave feedback on support: “It works”, rated 5',
      'feedback.support',
      { from: 'anna', text: 'It works', rating: 5 },
    ],
    [
      'somebody gave feedback on support: “Saved my eyes!”',
      'feedback.support',
      { message: '“Saved my eyes!”' },
    ],
    ['somebody gave feedback on support', 'feedback.support', {}],
    ['num x is 57', 'num.x', { value: 57 }],
    ['num x is 57', 'num.x', 57],
    ['num x happened', 'num.x', null],
    ['anna created user: plan free', 'user.created', { by: 'anna', plan: 'free' }],
    ['order was paid', 'order.paid', null],
    ['fan speed is 3', 'fan.speed', { value: 3 }],
    ['user signed up, by bob', 'user.signed_up', { user: 'bob' }],
    [
      'backup nightly failed: No room on the disk',
      'backup.nightly.failed',
      { message: 'No room on the disk' },
    ],
    ['db replica-2 is down', 'db.replica-2.down', null],
    ['sensor kitchen reports temp 20, hum 3', 'sensor.kitchen', { temp: 20, hum: 3 }],
    ['sensor kitchen reports temp 20, by anna', 'sensor.kitchen', { temp: 20, by: 'anna' }],
    ['acme.io reports 2 items', 'acme%2Eio', [1, 2]],
  ])('%s', (sentence, topic, data) => {
    expect(read(plain(topic, data))).toEqual([sentence])
  })

  test('tells its subject when its data says nothing', () => {
    expect(read(plain('deploy.prod.web', null, { subject: 'web-3' }))).toEqual([
      'web was deployed to prod: web-3',
    ])
  })

  test('keeps its secrets', () => {
    const secrets = {
      ...{
        pwd: 'hunter2',
        auth: 'hunter3',
        AWS_SECRET_ACCESS_KEY: 'hunter4',
        password: 'hunter5',
        apiKey: 'hunter6',
      },
      ...{ authorization: 'Bearer hunter7', 'X-Auth-Token': 'hunter8', cookie: 'hunter9' },
    }
    expect(read(plain('sensor.kitchen', { ...secrets, temp: 20 }))).toEqual([
      'sensor kitchen reports temp 20',
    ])
    expect(read(plain('sensor.kitchen', 'pwd=hunter2 Authorization: Bearer hunter3'))).toEqual([
      'sensor kitchen: pwd=••• Authorization: •••',
    ])
    const push = github('push', {
      ref: 'refs/heads/main',
      commits: [{}],
      head_commit: { message: 'token=hunter2' },
    })
    expect(read(push)).toEqual(['octocat pushed “token=•••” to main in acme/api'])
    const token = `ghp${'_'}${'a1B2'.repeat(9)}`
    for (let before = 170; before < 200; before++)
      expect(read(plain('a.b', `${'x'.repeat(before)} ${token}`))[0]).not.toContain('a1B2')
    const [line] = joinLines([plain('a.b', { url: 'https://a.example/?token=hunter2' })], 1)
    expect(line).not.toHaveProperty('href')
  })

  test('is cut to a line', () => {
    const [line] = read(plain('deploy.prod.web', '🙂'.repeat(5000)))
    expect([...(line ?? '')].length).toBeLessThan(250)
    expect(line).toMatch(/^web was deployed to prod: (?:🙂)+…$/u)
  })

  test('leads where it says, if that is a web page', () => {
    const href = (url: string) => joinLines([plain('a', { url })], 1)[0]?.href
    expect(href('https://deploy.example/7')).toBe('https://deploy.example/7')
    expect(href('javascript:alert(1)')).toBeUndefined()
  })

  test('that looks like GitHub’s by its topic only', () => {
    expect(read(plain('github.acme.api.push.-', { version: 2 }))).toEqual([
      'github acme api push - reports version 2',
    ])
    expect(read(plain('github.acme.api.push.-', 'x'))).toEqual(['github acme api push -: x'])
  })

  test('that tells of a build', () => {
    expect(read(plain('ci.web', { job: 'web / test', status: 'failed', branch: 'main' }))).toEqual([
      'web / test failed on main',
    ])
  })
})
